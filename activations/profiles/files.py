"""A file of profiles, row by row in constant memory: JSON lines or CSV, always UTF-8."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from activations.profiles import csv_header
from activations.profiles.lines import RowLines, RowTooLong, delimiter, is_utf8, lines
from activations.profiles.problems import Rejected
from activations.profiles.rows import MAX_ROW_BYTES, Row, UnreadableRow, too_long
from activations.profiles.sources import Format, UnreadableFile
from activations.profiles.strict_json import decode


def read_rows(*, stream: BinaryIO, format: Format) -> Iterator[Row | UnreadableRow]:
    """Every row in order. Raises `UnreadableFile` (header) or `BrokenOff` (in the middle)."""
    if format == "csv":
        return _csv_rows(stream)
    return _json_rows(stream)


def _json_rows(stream: BinaryIO) -> Iterator[Row | UnreadableRow]:
    for number, line in enumerate(lines(stream=stream), start=1):
        if len(line) > MAX_ROW_BYTES:
            yield too_long(number=number)
        elif not line.isspace():
            try:
                yield Row(number=number, document=decode(data=line))
            except Rejected as error:
                yield UnreadableRow(number=number, code=error.code, message=error.message)


def _csv_rows(stream: BinaryIO) -> Iterator[Row | UnreadableRow]:
    # A limit of the whole process; ours is the row's, so a cell may be as long as a row.
    csv.field_size_limit(MAX_ROW_BYTES)
    found = RowLines(stream)
    try:
        first = next(found, "")
    except RowTooLong as error:
        raise UnreadableFile("its header line is not CSV") from error
    reader = csv.reader(chain([first], found), strict=True, delimiter=delimiter(header=first))
    columns = _csv_header(reader)
    number = 1
    while True:
        found.start_row()
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except RowTooLong:
            yield too_long(number=number)
        except csv.Error as error:
            yield UnreadableRow(number=number, code="invalid-csv", message=str(error))
        else:
            if cells:
                yield _csv_row(number, columns, cells)


def _csv_header(reader: Iterator[list[str]]) -> tuple[csv_header.Column, ...]:
    try:
        cells = next(reader, [])
    except (csv.Error, RowTooLong) as error:
        raise UnreadableFile("its header line is not CSV") from error
    if not is_utf8(cells=cells):
        raise UnreadableFile("its header line is not UTF-8")
    return csv_header.read(cells=cells)


def _csv_row(
    number: int, columns: tuple[csv_header.Column, ...], cells: list[str]
) -> Row | UnreadableRow:
    if len(cells) != len(columns):
        counts = f"{len(cells)} cells under {len(columns)} columns"
        return UnreadableRow(number=number, code="wrong-cell-count", message=counts)
    if not is_utf8(cells=cells):
        return UnreadableRow(number=number, code="not-utf8", message="not UTF-8")
    return Row(number=number, document=csv_header.document(columns=columns, cells=cells))
