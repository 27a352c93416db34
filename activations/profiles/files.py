"""A file of profiles, row by row in constant memory: JSON lines or CSV, always UTF-8."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Final

from activations.profiles import csv_header
from activations.profiles.problems import Rejected
from activations.profiles.rows import MAX_ROW_BYTES, Row, UnreadableRow, too_long
from activations.profiles.sources import Format, UnreadableFile, broken_off
from activations.profiles.strict_json import decode

_BOM: Final = b"\xef\xbb\xbf"


def read_rows(*, stream: BinaryIO, format: Format) -> Iterator[Row | UnreadableRow]:
    """Every row in order. Raises `UnreadableFile` (header) or `BrokenOff` (in the middle)."""
    if format == "csv":
        return _csv_rows(stream)
    return _json_rows(stream)


def _json_rows(stream: BinaryIO) -> Iterator[Row | UnreadableRow]:
    for number, line in enumerate(_lines(stream), start=1):
        if len(line) > MAX_ROW_BYTES:
            yield too_long(number=number)
        elif not line.isspace():
            try:
                yield Row(number=number, document=decode(data=line))
            except Rejected as error:
                yield UnreadableRow(number=number, code=error.code, message=error.message)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
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


class _RowTooLong(Exception):
    """A row (of one or more lines: a quote may be open) passed the limit."""


class _RowLines:
    """Lines for the csv module, which asks for more as long as a quote is open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = _lines(stream)
        self._bytes = 0

    def start_row(self) -> None:
        self._bytes = 0

    def __iter__(self) -> "_RowLines":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._bytes += len(line)
        if self._bytes > MAX_ROW_BYTES:
            raise _RowTooLong
        # Bytes that are not UTF-8 stay visible, so that only their own row is refused.
        return line.decode("utf-8", "surrogateescape")


def _csv_rows(stream: BinaryIO) -> Iterator[Row | UnreadableRow]:
    # A limit of the whole process; ours is the row's, so a cell may be as long as a row.
    csv.field_size_limit(MAX_ROW_BYTES)
    lines = _RowLines(stream)
    try:
        first = next(lines, "")
    except _RowTooLong as error:
        raise UnreadableFile("its header line is not CSV") from error
    reader = csv.reader(chain([first], lines), strict=True, delimiter=_delimiter(first))
    columns = _csv_header(reader)
    number = 1
    while True:
        lines.start_row()
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _RowTooLong:
            yield too_long(number=number)
        except csv.Error as error:
            yield UnreadableRow(number=number, code="invalid-csv", message=str(error))
        else:
            if cells:
                yield _csv_row(number, columns, cells)


def _delimiter(header: str) -> str:
    """Spreadsheets write semicolons where the comma is the decimal sign; in doubt a comma."""
    return max(",;\t", key=header.count)


def _csv_header(reader: Iterator[list[str]]) -> tuple[csv_header.Column, ...]:
    try:
        cells = next(reader, [])
    except (csv.Error, _RowTooLong) as error:
        raise UnreadableFile("its header line is not CSV") from error
    if not _is_utf8(cells):
        raise UnreadableFile("its header line is not UTF-8")
    return csv_header.read(cells=cells)


def _csv_row(
    number: int, columns: tuple[csv_header.Column, ...], cells: list[str]
) -> Row | UnreadableRow:
    if len(cells) != len(columns):
        counts = f"{len(cells)} cells under {len(columns)} columns"
        return UnreadableRow(number=number, code="wrong-cell-count", message=counts)
    if not _is_utf8(cells):
        return UnreadableRow(number=number, code="not-utf8", message="not UTF-8")
    return Row(number=number, document=csv_header.document(columns=columns, cells=cells))


def _is_utf8(cells: list[str]) -> bool:
    """Whether no byte had to be escaped (`surrogateescape` gives U+DC80 to U+DCFF)."""
    text = "".join(cells)
    return text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text)
