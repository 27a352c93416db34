"""Where rows come from: a file or standard input, gzip or plain. Knows bytes, not rows."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, cast

Format = Literal["jsonl", "csv"]

_BUFFER: Final = 1024 * 1024
_GZIP: Final = b"\x1f\x8b"
_OTHER_KINDS: Final = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet",
    b"\xff\xfe": "text in UTF-16",
    b"\xfe\xff": "text in UTF-16",
    b"%PDF": "a PDF",
    b"PAR1": "a Parquet file",
    b"Obj\x01": "an Avro file",
    b"BZh": "compressed with bzip2",
    b"\xfd7zXZ": "compressed with xz",
    b"\x28\xb5\x2f\xfd": "compressed with zstd",
}


class UnreadableFile(Exception):
    """The file cannot be read as profiles at all; nothing was taken from it."""


class BrokenOff(Exception):
    """Reading stopped in the middle (a damaged archive, a failing disk): the rest is unknown."""


@dataclass(frozen=True, slots=True)
class Source:
    """`position()` and `size` are bytes of the file itself; a pipe has no known size."""

    stream: BinaryIO
    size: int | None
    file: BinaryIO

    def position(self) -> int:
        return self.file.tell() if self.size is not None else 0


@contextmanager
def opened(*, path: str) -> Iterator[Source]:
    """The bytes of `path` (`-` is standard input), decompressed. Raises `UnreadableFile`."""
    with ExitStack() as stack:
        file = _standard_input() if path == "-" else stack.enter_context(_open(Path(path)))
        size = Path(path).stat().st_size if Path(path).is_file() else None
        buffered = BufferedReader(cast(RawIOBase, file), _BUFFER)
        # Closing the wrapper would close standard input, which is not ours.
        stack.callback(buffered.detach)
        stream: BinaryIO = buffered
        if path.endswith(".gz") or buffered.peek(2)[:2] == _GZIP:
            stream = _decompressed(buffered)
        _refuse_other_kinds(stream)
        yield Source(stream=stream, size=size, file=file)


def format_of(*, path: str) -> Format:
    """By the file's name; JSON lines unless it says CSV."""
    name = path.removesuffix(".gz").lower()
    return "csv" if name.endswith(".csv") else "jsonl"


def other_kind(*, head: bytes) -> str | None:
    """What a file is that begins so, if it is surely no text in UTF-8."""
    kinds = (kind for magic, kind in _OTHER_KINDS.items() if head.startswith(magic))
    return next(kinds, None)


@contextmanager
def broken_off() -> Iterator[None]:
    """What reading may raise in the middle, as one error."""
    try:
        yield
    except (EOFError, OSError, zlib.error) as error:
        raise BrokenOff(_reason(error)) from error


def _open(path: Path) -> BinaryIO:
    try:
        if path.is_dir():
            raise UnreadableFile("it is a directory")
        return path.open("rb", buffering=0)
    except OSError as error:
        raise UnreadableFile(_reason(error)) from error


def _standard_input() -> BinaryIO:
    # The unbuffered stream beneath, where there is one: a pipe's rows are taken as they come.
    return cast(BinaryIO, getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))


def _decompressed(buffered: "BufferedReader[Any]") -> BinaryIO:
    """Decompressed as it is read: a gzip bomb costs time, not memory."""
    if not buffered.peek(1):
        raise UnreadableFile("it is empty, so it is not gzip")
    # Not wrapped in a buffer of ours: filling it, a cut archive would lose what came before.
    return cast(BinaryIO, gzip.GzipFile(fileobj=buffered, mode="rb"))


def _refuse_other_kinds(stream: BinaryIO) -> None:
    try:
        head = cast("BufferedReader[Any]", stream).peek(8)[:1024]
    except (EOFError, OSError, zlib.error) as error:
        raise UnreadableFile(_reason(error)) from error
    kind = other_kind(head=head)
    if kind is not None:
        raise UnreadableFile(f"it is {kind}; CSV or JSON lines in UTF-8 are read")
    # UTF-16 without a mark: every other byte of its first characters is zero.
    if b"\0" in head[:4]:
        raise UnreadableFile("it is binary or not UTF-8; CSV or JSON lines in UTF-8 are read")


def _reason(error: Exception) -> str:
    if isinstance(error, gzip.BadGzipFile):
        return "it is not gzip, or damaged"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "the compressed data end too early" if isinstance(error, EOFError) else "it is damaged"
