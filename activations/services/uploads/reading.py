"""The rows of an upload as the documents they stand for; knows no database."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from activations.mapping import emails
from activations.profiles import csv_header
from activations.profiles.csv_header import Column
from activations.profiles.lines import RowLines, RowTooLong, is_utf8
from activations.profiles.rows import MAX_ROW_BYTES, Row, UnreadableRow, too_long
from activations.services.uploads.inspecting import HEADER_ROWS
from activations.services.uploads.lifecycle import EMAIL
from activations.terms import MembershipStatus


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows are read: `columns` as `Upload.columns`, and what everyone in the file gets."""

    delimiter: str
    columns: Sequence[str]
    namespace: str
    audience_id: str
    qualified_at: datetime
    expiry_days: int


class Reader:
    """Iterates over the rows; `position` and `number` say what was read when a row was given."""

    def __init__(self, *, stream: BinaryIO, layout: Layout, position: int, number: int) -> None:
        self._stream, self._layout = stream, layout
        self._stream.seek(position)
        self.number = number
        chosen = [index for index, path in enumerate(layout.columns) if path]
        self._chosen = chosen
        self._columns = csv_header.read(cells=[layout.columns[index] for index in chosen])
        self._email = layout.columns.index(EMAIL)
        self._membership = _membership(layout)

    @property
    def position(self) -> int:
        """Where the next row begins; nothing is read ahead."""
        return self._stream.tell()

    def __iter__(self) -> Iterator[Row | UnreadableRow]:
        csv.field_size_limit(MAX_ROW_BYTES)
        lines = RowLines(self._stream)
        reader = csv.reader(lines, strict=True, delimiter=self._layout.delimiter)
        if self.number < HEADER_ROWS:
            self.number = HEADER_ROWS
            next(reader, None)
        while True:
            lines.start_row()
            self.number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except RowTooLong:
                yield too_long(number=self.number)
            except csv.Error as error:
                yield UnreadableRow(number=self.number, code="invalid-csv", message=str(error))
            else:
                if cells:
                    yield self._row(cells)

    def _row(self, cells: list[str]) -> Row | UnreadableRow:
        if len(cells) != len(self._layout.columns):
            words = f"{len(cells)} cells under {len(self._layout.columns)} columns"
            return UnreadableRow(self.number, "wrong-cell-count", words)
        if not is_utf8(cells=cells):
            return UnreadableRow(self.number, "not-utf8", "not UTF-8")
        email = cells[self._email].strip()
        if not email:
            return UnreadableRow(self.number, "missing-email", "no e-mail address")
        if not emails.is_valid(email):
            return UnreadableRow(self.number, "invalid-email", "not a valid e-mail address")
        return Row(self.number, self._document(cells))

    def _document(self, cells: list[str]) -> dict[str, Any]:
        columns: Sequence[Column] = self._columns
        document = csv_header.document(
            columns=columns, cells=[cells[index].strip() for index in self._chosen]
        )
        document["segmentMembership"] = self._membership
        return document


def _membership(layout: Layout) -> dict[str, Any]:
    """The same instant for every row: a file read twice says the same twice."""
    valid_until = layout.qualified_at + timedelta(days=layout.expiry_days)
    entry = {
        "status": MembershipStatus.REALIZED.value,
        "lastQualificationTime": layout.qualified_at.isoformat(),
        "validUntil": valid_until.isoformat(),
    }
    return {layout.namespace: {layout.audience_id: entry}}
