"""One request, at most one sending, one answer; the only module that knows `requests`.

What a session of `requests` would do by itself does not happen here: nothing is read from the
environment or `~/.netrc`, no proxy, no cookie, no redirect, no second attempt.
"""

import http.client
import logging
import math
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import certifi
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from connections.zendesk.address import Address
from connections.zendesk.answers import Answer
from connections.zendesk.deadline import WATCHDOG, Watch
from connections.zendesk.errors import NotSent, Unknown
from connections.zendesk.wire import CURRENT, AddressRefused, open_pool

MAX_BODY_BYTES = 1024 * 1024

# urllib3 logs addresses with their query, and an upsert's query is an e-mail address: each request
# at DEBUG, and as a warning where an answer's headers are odd.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)

# Whatever a peer sends must become an outcome. ValueError: odd header bytes and lengths.
_FAILURES = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError)


class _Adapter(HTTPAdapter):
    """The adapter of `requests` for one host: one pool, trust decided once, raw responses."""

    def __init__(self, *, address: Address, ca_file: str) -> None:
        super().__init__(max_retries=0)
        self._pool = open_pool(
            scheme=address.scheme, host=address.host, port=address.port, ca_file=ca_file
        )

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """What follows the host; no proxy is ever asked, and nothing is parsed or quoted anew."""
        return str(request.path_url)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        return self._pool

    def cert_verify(self, *args: Any, **kwargs: Any) -> None:
        """The pool's own TLS context decides; it always verifies."""

    def build_response(self, req: requests.PreparedRequest, resp: Any) -> requests.Response:
        response = requests.Response()
        response.raw = resp
        return response

    def close(self) -> None:
        super().close()
        self._pool.close()


class _Request(requests.PreparedRequest):
    """A request whose parts are given: preparing and parsing cost more than sending."""

    def __init__(self, *, method: str, base: str, target: str) -> None:
        super().__init__()
        self.method, self.url, self._target = method, base + target, target

    @property
    def path_url(self) -> str:
        return self._target


class Transport:
    """Sends requests to one host; one instance serves many threads."""

    def __init__(
        self,
        *,
        address: Address,
        headers: dict[str, str],
        deadline_seconds: float,
        ca_file: str | None = None,
        may_dial: Callable[[str], bool] | None = None,
    ) -> None:
        self._may_dial = may_dial
        self._address = address
        self._base = str(address)
        self._headers = {**headers, "Accept-Encoding": "identity"}
        self._deadline_seconds = deadline_seconds
        self._ca_file = ca_file or certifi.where()
        self._open_adapter()

    def _open_adapter(self) -> None:
        self._process: int | None = os.getpid()
        self._adapter = _Adapter(address=self._address, ca_file=self._ca_file)

    def send(
        self, *, method: str, target: str, body: bytes | None, send_by: float = math.inf
    ) -> Answer | NotSent | Unknown:
        """Sends one request and reads its whole answer within the deadline.

        `target` is the path with its query. NotSent only if certainly no byte has left. Raises
        TurnMissed when the connection is ready to send only after `send_by` (monotonic seconds).
        """
        if self._process != os.getpid():
            # Closed, or in a child of fork(): two processes on one connection mix up answers.
            self._open_adapter()
        watch = WATCHDOG.start(seconds=self._deadline_seconds)
        CURRENT.watch, CURRENT.may_dial, CURRENT.send_by = watch, self._may_dial, send_by
        try:
            raw = self._adapter.send(
                self._prepared(method=method, target=target, body=body),
                stream=True,
                timeout=self._deadline_seconds,
            ).raw
            return _read(raw=raw, watch=watch)
        except _FAILURES as error:
            return self._failure(error=error, watch=watch)
        finally:
            watch.finish()

    def close(self) -> None:
        """Closes the idle connections; the next request opens new ones."""
        self._process = None
        self._adapter.close()

    def _prepared(self, *, method: str, target: str, body: bytes | None) -> Any:
        request = _Request(method=method, base=self._base, target=target)
        # A plain dict: names are spelled once, here.
        request.headers = {**self._headers}  # type: ignore[assignment]
        if body is not None:
            request.headers["Content-Type"] = "application/json"
            request.headers["Content-Length"] = str(len(body))
        request.body = body
        return request

    def _failure(self, *, error: Exception, watch: Watch) -> NotSent | Unknown:
        """The exception's own text is dropped: it repeats the address with its query."""
        if not watch.has_time_left():
            reason = f"no complete answer within {self._deadline_seconds:g} seconds"
        else:
            reason = "the connection broke before an answer came"
        if watch.may_have_sent:
            return Unknown(reason=reason, status=None)
        if watch.has_time_left():
            reason = _connect_reason(error)
        else:
            reason = f"no connection within {self._deadline_seconds:g} seconds"
        return NotSent(reason=reason)


def _connect_reason(error: Exception) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "the TLS certificate or handshake was not accepted"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return "the host name was not found"
        if isinstance(cause, AddressRefused):
            return "the host has no address that may be called"
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        cause = cause.__context__
    return "the host could not be reached"


def _read(*, raw: Any, watch: Watch) -> Answer:
    body, flaw = _body(raw=raw)
    watch.finish()
    if watch.is_expired:
        # A body without a length ends well even when it was the watchdog who ended it.
        body, flaw = b"", "the body did not arrive in time"
    if flaw is not None:
        raw.close()
    return Answer(
        status=raw.status,
        body=body,
        request_id=raw.headers.get("X-Request-Id"),
        retry_after=raw.headers.get("Retry-After"),
        received_at=datetime.now(UTC),
        flaw=flaw,
    )


def _body(*, raw: Any) -> tuple[bytes, str | None]:
    if raw.headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
        return b"", "the body is compressed, which we did not ask for"
    body = b""
    try:
        # Until nothing comes: only then does urllib3 compare with the announced length.
        while chunk := raw.read(MAX_BODY_BYTES + 1 - len(body), decode_content=False):
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return b"", "the body is longer than 1 MiB"
    except _FAILURES:
        return b"", "the body was cut short"
    return body, None
