"""Lines of a file in constant memory, for the csv module: UTF-8, however long one of them is."""

from collections.abc import Iterator
from typing import BinaryIO, Final

from activations.profiles.rows import MAX_ROW_BYTES
from activations.profiles.sources import broken_off

_BOM: Final = b"\xef\xbb\xbf"


class RowTooLong(Exception):
    """A row (of one or more lines: a quote may be open) passed the limit."""


class RowLines:
    """Lines for the csv module, which asks for more as long as a quote is open.

    Nothing is read ahead: between two rows the stream stands where the next one begins.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = lines(stream=stream)
        self._bytes = 0

    def start_row(self) -> None:
        self._bytes = 0

    def __iter__(self) -> "RowLines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._bytes += len(line)
        if self._bytes > MAX_ROW_BYTES:
            raise RowTooLong
        # Bytes that are not UTF-8 stay visible, so that only their own row is refused.
        return line.decode("utf-8", "surrogateescape")


def lines(*, stream: BinaryIO) -> Iterator[bytes]:
    """Lines without a byte order mark; of a line over the limit only its beginning."""
    with broken_off():
        line = stream.readline(MAX_ROW_BYTES + 1).removeprefix(_BOM)
        while line:
            too_long_line = len(line) > MAX_ROW_BYTES
            rest = line
            while too_long_line and rest and not rest.endswith(b"\n"):
                rest = stream.readline(MAX_ROW_BYTES)
            yield line
            line = stream.readline(MAX_ROW_BYTES + 1)


def delimiter(*, header: str) -> str:
    """Spreadsheets write semicolons where the comma is the decimal sign; in doubt a comma."""
    return max(",;\t", key=header.count)


def is_utf8(*, cells: list[str]) -> bool:
    """Whether no byte had to be escaped (`surrogateescape` gives U+DC80 to U+DCFF)."""
    text = "".join(cells)
    return text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text)
