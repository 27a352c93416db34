"""The cast of the sandbox's tests: one account with known fields, and a client that only speaks."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from connections.zendesk.sandbox import (
    Clock,
    FieldDefinition,
    RunningSandbox,
    Sandbox,
    Switches,
    serve_in_thread,
)

TOKEN = "0123456789abcdef" * 4

FIELDS = (
    FieldDefinition("VIP audience", "list", choices=("realized", "exited"), filterable=True),
    FieldDefinition("Score", "number"),
    FieldDefinition("Segments", "multi_select_list", choices=("A", "B", "C")),
    FieldDefinition("Reg No", "string", for_contact=False, for_organisation=True),
)

HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "User-Agent": "tests/1.0",
    "Accept": "application/json",
    "Content-Type": "application/json",
}


class Hands:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 1_767_225_600.0

    def read(self) -> float:
        return self.now

    def clock(self) -> Clock:
        return Clock(wall=self.read, monotonic=self.read)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def data(self) -> Any:
        return self.json["data"]

    @property
    def errors(self) -> list[dict[str, str]]:
        return [entry["error"] for entry in self.json["errors"]]

    @property
    def faults(self) -> list[tuple[str, str | None]]:
        """Code and field of every error."""
        return [(error["code"], error.get("field")) for error in self.errors]


@dataclass
class Caller:
    running: RunningSandbox
    hands: Hands = field(default_factory=Hands)
    timeout: float = 5.0

    @property
    def sandbox(self) -> Sandbox:
        return self.running.sandbox

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(
            self.running.host, self.running.port, timeout=self.timeout
        )

    def call(
        self,
        method: str,
        path: str,
        data: Any = None,
        *,
        raw: bytes | None = None,
        headers: dict[str, str | None] | None = None,
    ) -> Answer:
        """One request on a connection of its own; `data` is put into its envelope."""
        body = raw if raw is not None or data is None else json.dumps({"data": data}).encode()
        sent = {name: value for name, value in (HEADERS | (headers or {})).items() if value}
        connection = self.connect()
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def create(self, **data: Any) -> Answer:
        return self.call("POST", "/v2/contacts", data)

    def put(self, contact_id: int, **data: Any) -> Answer:
        return self.call("PUT", f"/v2/contacts/{contact_id}", data)

    def upsert(self, email: str, /, **data: Any) -> Answer:
        return self.call("POST", f"/v2/contacts/upsert?email={quote(email)}", data)

    def person(self, **data: Any) -> int:
        """The id of a new person."""
        answer = self.create(**({"last_name": "Ek"} | data))
        assert answer.status == 200, answer.body
        contact_id: int = answer.data["id"]
        return contact_id


@contextmanager
def calling(**options: Any) -> Iterator[Caller]:
    """A caller of a fresh sandbox: throttle off, the clock in its hands, unless said otherwise."""
    hands = Hands()
    switches = Switches(**({"throttle_style": "off"} | options.pop("switches", {})))
    settings: dict[str, Any] = {
        "tokens": [TOKEN],
        "fields": FIELDS,
        "clock": hands.clock(),
    } | options
    sandbox = Sandbox(switches=switches, **settings)
    with serve_in_thread(sandbox) as running:
        yield Caller(running, hands)
