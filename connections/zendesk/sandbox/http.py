"""Bytes to requests and replies to bytes: HTTP/1.1, hand-written for speed; knows no Sell.

Keep-alive, pipelining, `Content-Length` and chunked bodies; a body over 1 MiB is refused (R-53).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus

MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 1024 * 1024
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


class BadRequest(Exception):
    """These bytes cannot be read as a request. Waiting does not help; the connection ends."""

    def __init__(self, status: int) -> None:
        super().__init__(reason(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in lower case; of a repeated header the last one counts."""
    body: bytes = b""
    keep_alive: bool = True


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = field(default=())

    def head(self, *, request_id: str, close: bool, length: int | None = None) -> bytes:
        """The status line and headers; `length` lies about the body when a fault wants it to."""
        size = len(self.body) if length is None else length
        lines = [status_line(self.status)]
        if self.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {size}")
        if self.body or size:
            lines.append(f"Content-Type: {self.content_type}")
            if self.content_type == JSON:
                lines.append("Content-Language: en")
        lines.append(f"X-Request-Id: {request_id}")
        lines.extend(f"{name}: {value}" for name, value in self.headers)
        if close:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


@lru_cache(maxsize=64)
def reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


@lru_cache(maxsize=64)
def status_line(status: int) -> str:
    return f"HTTP/1.1 {status} {reason(status)}"


def html(*, status: int, title: str | None = None) -> Reply:
    """The page an edge server answers with, far away from any JSON."""
    words = title or f"{status} {reason(status)}"
    page = f"<html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>\n"
    return Reply(status=status, body=page.encode(), content_type="text/html")


class Parser:
    """One connection's bytes, in; whole requests, out."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._head: Request | None = None
        self._body = bytearray()
        self._remaining = 0
        self._is_chunked = False
        self.wants_continue = False

    def feed(self, data: bytes) -> None:
        self._buffer += data

    @property
    def buffered(self) -> int:
        return len(self._buffer)

    def next(self) -> Request | None:
        """The next whole request, or None until more bytes come. Raises BadRequest."""
        if self._head is None:
            self._read_head()
        head = self._head
        if head is None:
            return None
        is_whole = self._read_chunks() if self._is_chunked else self._read_plain()
        if not is_whole:
            return None
        body, self._body, self._head = bytes(self._body), bytearray(), None
        self.wants_continue = False
        return Request(head.method, head.path, head.query, head.headers, body, head.keep_alive)

    def _read_head(self) -> None:
        while self._buffer.startswith(b"\r\n"):  # RFC 9112 2.2: stray line ends between requests
            del self._buffer[:2]
        end = self._buffer.find(b"\r\n\r\n")
        if end > MAX_HEAD_BYTES or (end < 0 and len(self._buffer) > MAX_HEAD_BYTES):
            raise BadRequest(431)
        if end < 0:
            return
        text = self._buffer[:end].decode("latin-1")
        del self._buffer[: end + 4]
        self._head = parse_head(text)
        self._measure(self._head.headers)

    def _measure(self, headers: Mapping[str, str]) -> None:
        coding, length = headers.get("transfer-encoding"), headers.get("content-length", "0")
        if coding is not None and (coding.lower() != "chunked" or "content-length" in headers):
            raise BadRequest(400)
        if not (length.isascii() and length.isdigit()):
            raise BadRequest(400)
        self._is_chunked, self._remaining = coding is not None, int(length[:19])
        if self._remaining > MAX_BODY_BYTES:
            raise BadRequest(413)
        self._in_trailer = False
        self.wants_continue = headers.get("expect", "").lower() == "100-continue"

    def _read_plain(self) -> bool:
        if len(self._buffer) < self._remaining:
            return False
        self._body = self._buffer[: self._remaining]
        del self._buffer[: self._remaining]
        return True

    def _read_chunks(self) -> bool:
        while True:
            if self._remaining:
                if len(self._buffer) < self._remaining:
                    return False
                self._body += self._buffer[: self._remaining - 2]
                del self._buffer[: self._remaining]
                self._remaining = 0
            end = self._buffer.find(b"\r\n")
            if end < 0:
                return False
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 2]
            if self._in_trailer:
                if not line:
                    return True
                continue
            self._begin_chunk(line)

    def _begin_chunk(self, line: bytes) -> None:
        try:
            size = int(line.split(b";")[0].strip()[:16], 16)
        except ValueError:
            raise BadRequest(400) from None
        if size < 0:
            raise BadRequest(400)
        if len(self._body) + size > MAX_BODY_BYTES:
            raise BadRequest(413)
        self._in_trailer = size == 0
        self._remaining = size + 2 if size else 0


def parse_head(text: str) -> Request:
    """A request without its body. Raises BadRequest."""
    first, *lines = text.split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1.") or not parts[1].startswith("/"):
        raise BadRequest(400)
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise BadRequest(400)
        headers[name.lower()] = value.strip()
    method, target, version = parts
    path, _, query = target.partition("?")
    wish = headers.get("connection", "").lower()
    keep_alive = "close" not in wish if version != "HTTP/1.0" else "keep-alive" in wish
    return Request(method, path, query.partition("#")[0], headers, b"", keep_alive)
