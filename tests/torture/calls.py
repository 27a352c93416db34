"""One HTTP request of the rig to the product or to the sandbox, on a connection of its own."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def call(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = 30.0,
) -> Reply:
    """Raises OSError or http.client.HTTPException when there is no whole answer."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=seconds)
    try:
        connection.request(method, f"/{path}", body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return Reply(response.status, response.read(), dict(response.getheaders()))
    finally:
        connection.close()


def call_json(method: str, url: str, document: Any = None, *, seconds: float = 30.0) -> Any:
    """The JSON of a 2xx answer. Raises RuntimeError for any other."""
    body = None if document is None else json.dumps(document).encode()
    reply = call(method, url, body=body, seconds=seconds)
    if not reply.is_success:
        raise RuntimeError(f"{method} {url}: {reply.status} {reply.body[:300]!r}")
    return reply.json
