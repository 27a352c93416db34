"""What is in a file somebody chose: its encoding, delimiter, columns and first rows; pure."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final

from activations.mapping import emails
from activations.profiles.lines import RowLines, RowTooLong, delimiter, is_utf8
from activations.profiles.rows import MAX_ROW_BYTES
from activations.profiles.sources import other_kind

MAX_BYTES: Final = 1_000_000_000
MAX_COLUMNS: Final = 25
HEADER_ROWS: Final = 1
SHOWN_ROWS: Final = 5
UTF_8, UTF_16, WINDOWS = "UTF-8", "UTF-16", "Windows-1252"
DELIMITERS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
_UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLOCK: Final = 1024 * 1024


class Unfit(Exception):
    """The file cannot be taken; the message says why and what to do, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The head of a file. Every row has as many cells as the header; odd rows are not shown.

    `numbers` are those of the rows, `odd` those of rows among them that are not shown.
    """

    delimiter: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    odd: tuple[int, ...] = ()

    def examples(self, *, column: int) -> tuple[str, ...]:
        """What the shown rows say in a column."""
        return tuple(row[column] for row in self.rows if row[column])


def encoding(*, stream: BinaryIO) -> str:
    """One of ours; the first character beyond ASCII decides. Raises `Unfit`."""
    head = stream.read(_BLOCK)
    if not head.strip():
        raise Unfit("The file is empty. Choose a CSV file with a header line.")
    if head.startswith(_UTF_16_MARKS):
        return UTF_16
    kind = "compressed with gzip" if head.startswith(b"\x1f\x8b") else other_kind(head=head)
    if kind is not None:
        raise Unfit(f"The file is {kind}. Save the list as CSV and choose that file.")
    if b"\0" in head:
        raise Unfit("The file is binary, not text. Save the list as CSV and choose that file.")
    return _by_first_special_character(head, stream)


def preview(*, stream: BinaryIO) -> Preview:
    """The header and the first rows of a stored file, which is UTF-8. Raises `Unfit`."""
    csv.field_size_limit(MAX_ROW_BYTES)
    lines = RowLines(stream)
    try:
        first = next(lines, "")
        mark = delimiter(header=first)
        reader = csv.reader(chain([first], lines), strict=True, delimiter=mark)
        header = next(reader, [])
        _check_header(header)
        rows, odd = _first_rows(reader, lines, len(header))
    except RowTooLong:
        raise Unfit("Its first lines are longer than 1 MiB; is it a CSV file?") from None
    except csv.Error:
        raise Unfit("Its header line is not CSV: a quote is not closed.") from None
    if not rows:
        raise Unfit(f"No row below the header line has {len(header)} cells as the header has.")
    return Preview(mark, tuple(_titles(header)), tuple(rows.values()), tuple(rows), tuple(odd))


def _by_first_special_character(head: bytes, stream: BinaryIO) -> str:
    block = head
    while block and block.isascii():
        block = stream.read(_BLOCK)
    if not block:
        return UTF_8
    position = next(index for index, byte in enumerate(block) if byte > 127)
    character = block[position : position + 4]
    if len(character) < 4:
        character += stream.read(4 - len(character))
    try:
        character[: _length(character[0])].decode("utf-8")
    except UnicodeDecodeError:
        return WINDOWS
    return UTF_8


def _length(first: int) -> int:
    """Bytes of the UTF-8 character that begins so."""
    return 2 if first < 0xE0 else 3 if first < 0xF0 else 4


def _check_header(header: list[str]) -> None:
    if not any(cell.strip() for cell in header):
        raise Unfit("It has no header line: the first line has to name the columns.")
    if len(header) > MAX_COLUMNS:
        raise Unfit(f"It has {len(header)} columns; at most {MAX_COLUMNS} are taken.")
    if any("\0" in cell for cell in header) or not is_utf8(cells=header):
        raise Unfit("Its header line holds characters that are no text.")
    if header[0].lstrip().startswith(("{", "[")):
        raise Unfit("It looks like JSON, not CSV. JSON goes to the HTTP API.")
    if any(emails.is_valid(cell.strip()) for cell in header):
        raise Unfit("Its first line holds a person, not the names of the columns: add a header.")


def _first_rows(
    reader: Iterator[list[str]], lines: RowLines, width: int
) -> tuple[dict[int, tuple[str, ...]], list[int]]:
    """By their numbers, which count as the import does, and the numbers of the odd ones."""
    rows: dict[int, tuple[str, ...]] = {}
    odd: list[int] = []
    for number in range(HEADER_ROWS + 1, HEADER_ROWS + 1 + SHOWN_ROWS * 4):
        if len(rows) == SHOWN_ROWS:
            break
        lines.start_row()
        try:
            cells = next(reader, None)
        except (csv.Error, RowTooLong):
            odd.append(number)
            continue
        if cells is None:
            break
        if len(cells) == width and is_utf8(cells=cells):
            rows[number] = tuple(cell.replace("\0", "\N{REPLACEMENT CHARACTER}") for cell in cells)
        elif cells:
            odd.append(number)
    return rows, odd


def _titles(header: list[str]) -> Iterator[str]:
    for number, cell in enumerate(header, start=1):
        yield cell.strip()[:200] or f"Column {number}"
