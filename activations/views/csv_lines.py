"""CSV for people who open it in a spreadsheet, made line by line."""

import csv
from collections.abc import Iterable, Iterator, Sequence

# A cell that begins so would be run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def of(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The lines; the first begins with the mark by which spreadsheets know UTF-8."""
    writer = csv.writer(_Echo())
    mark = "\ufeff"
    for row in rows:
        yield (mark + writer.writerow([_harmless(cell) for cell in row])).encode()
        mark = ""


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
