"""The body of an API request as rows: its size, its compression, its three shapes."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

from activations.profiles.files import read_rows
from activations.profiles.problems import Rejected
from activations.profiles.rows import Row, UnreadableRow
from activations.profiles.strict_json import decode

_JSON: Final = "application/json"
_JSON_LINES: Final = "application/x-ndjson"
_GZIP_WINDOW: Final = 31


class Refused(Exception):
    """The body cannot be read as profiles; nothing was stored."""

    def __init__(self, *, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Body:
    """What a request brought, decompressed and within the limit."""

    content_type: str
    data: bytes = field(repr=False)

    def rows(self) -> Iterator[Row | UnreadableRow]:
        """The profiles, numbered from 0. Raises `Refused`."""
        return _lines(self.data) if self.content_type == _JSON_LINES else _documents(self.data)

    def digest(self) -> str:
        """sha256 in hex: equal for requests that say the same, however they were compressed."""
        return hashlib.sha256(self.content_type.encode() + b"\n" + self.data).hexdigest()


def read(*, request: HttpRequest) -> Body:
    """The body of a request. Raises `Refused`."""
    content_type = request.content_type or ""
    if content_type not in (_JSON, _JSON_LINES):
        message = f"Send {_JSON} or {_JSON_LINES}."
        raise Refused(status=415, code="unsupported-media-type", message=message)
    data = _decompressed(request, _body(request))
    if not data.strip():
        raise _unreadable("The body is empty.")
    return Body(content_type, data)


def _lines(body: bytes) -> Iterator[Row | UnreadableRow]:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable("The body is not UTF-8.") from error
    found = enumerate(read_rows(stream=BytesIO(body), format="jsonl"))
    return (
        Row(number=index, document=row.document)
        if isinstance(row, Row)
        else UnreadableRow(number=index, code=row.code, message=row.message)
        for index, row in found
    )


def _documents(body: bytes) -> Iterator[Row | UnreadableRow]:
    try:
        document = decode(data=body)
    except Rejected as error:
        raise _unreadable(f"The body is not JSON: {error.message}.") from error
    if not isinstance(document, dict):
        raise _unreadable('The body is neither one profile nor {"profiles": [...]}.')
    listed = document.get("profiles", [document])
    if not isinstance(listed, list):
        raise _unreadable("`profiles` is not a list.")
    return (Row(number=index, document=item) for index, item in enumerate(listed))


def _body(request: HttpRequest) -> bytes:
    # A chunked body has no length, and without one Django reads nothing; the server marks the end.
    if request.META.get("wsgi.input_terminated") and not request.META.get("CONTENT_LENGTH"):
        return _chunked(request)
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError as error:
        raise _unreadable("Content-Length is not a number.") from error
    if length > settings.INGEST_MAX_BODY_BYTES:
        raise _too_large()
    try:
        body = request.body
    except RequestDataTooBig as error:
        raise _too_large() from error
    except UnreadablePostError as error:
        raise _unreadable("The body ended too early.") from error
    if len(body) < length:
        raise _unreadable("The body is shorter than its Content-Length.")
    return body


def _chunked(request: HttpRequest) -> bytes:
    limit = settings.INGEST_MAX_BODY_BYTES
    try:
        body: bytes = request.META["wsgi.input"].read(limit + 1)
    except (OSError, ParseException) as error:
        raise _unreadable("The body ended too early.") from error
    if len(body) > limit:
        raise _too_large()
    return body


def _decompressed(request: HttpRequest, body: bytes) -> bytes:
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        message = "Send the body plain or with Content-Encoding: gzip."
        raise Refused(status=415, code="unsupported-encoding", message=message)
    archive = zlib.decompressobj(wbits=_GZIP_WINDOW)
    try:
        # One byte more than allowed tells that there is too much; the rest is never unpacked.
        plain = archive.decompress(body, settings.INGEST_MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise _unreadable("The body is not gzip.") from error
    if len(plain) > settings.INGEST_MAX_BODY_BYTES:
        raise _too_large()
    if not archive.eof:
        raise _unreadable("The compressed body ended too early.")
    return plain


def _unreadable(message: str) -> Refused:
    return Refused(status=400, code="unreadable-body", message=message)


def _too_large() -> Refused:
    limit = settings.INGEST_MAX_BODY_BYTES
    message = f"A body has at most {limit:,} bytes; send several."
    return Refused(status=413, code="body-too-large", message=message)
