"""A row: one document of a file with its number, or why it could not be read."""

from dataclasses import dataclass
from typing import Any, Final

# Bytes of one row, line end included.
MAX_ROW_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts as an editor or a spreadsheet does: the first line is 1."""

    number: int
    document: Any


@dataclass(frozen=True, slots=True)
class UnreadableRow:
    number: int
    code: str
    message: str


def too_long(*, number: int) -> UnreadableRow:
    return UnreadableRow(number=number, code="row-too-long", message="longer than 1 MiB")
