"""The header of a CSV file: which column fills which place of the document.

Columns are dotted paths; `identityMap.<namespace>` holds one id, and
`segmentMembership.<namespace>.<audience id>` a status.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from activations.profiles.cleaning import MAX_DEPTH
from activations.profiles.identity import EMAIL
from activations.profiles.sources import UnreadableFile


@dataclass(frozen=True, slots=True)
class Column:
    """`path` leads to the cell's place; what stands there is `wrapped` for its kind."""

    path: tuple[str, ...]

    def wrapped(self, cell: str) -> Any:
        if self.path[0] == "identityMap":
            entry: dict[str, Any] = {"id": cell}
            # A cell has room for one id, so a row's Email is the person's primary one.
            return [entry | {"primary": True} if self.path[1].lower() == EMAIL else entry]
        return {"status": cell} if self.path[0] == "segmentMembership" else cell


def read(*, cells: Sequence[str]) -> tuple[Column, ...]:
    """Raises `UnreadableFile` when the header is none, or names one place twice."""
    if not cells or not any(cell.strip() for cell in cells):
        raise UnreadableFile("it has no header line")
    if cells[0].lstrip().startswith(("{", "[")):
        raise UnreadableFile("it looks like JSON, not CSV; use --format jsonl")
    columns = tuple(_column(number, cell) for number, cell in enumerate(cells, start=1))
    _refuse_conflicts(columns)
    return columns


def document(*, columns: Sequence[Column], cells: Sequence[str]) -> dict[str, Any]:
    """One row as the JSON document it stands for; an empty cell is absent."""
    root: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=True):
        if cell == "":
            continue
        node = root
        for step in column.path[:-1]:
            node = node.setdefault(step, {})
        node[column.path[-1]] = column.wrapped(cell)
    return root


def _column(number: int, cell: str) -> Column:
    steps = [step.strip().removeprefix("xdm:") for step in cell.split(".")]
    # Namespaces may be addresses and audience ids hold anything: their dots separate nothing.
    if steps[0] == "identityMap":
        steps = [steps[0], ".".join(steps[1:])]
    elif steps[0] == "segmentMembership":
        steps = [*steps[:2], ".".join(steps[2:])]
    if not all(steps):
        raise UnreadableFile(f"column {number} of its header has no complete name")
    if len(steps) >= MAX_DEPTH:
        raise UnreadableFile(f"column {number} of its header is nested too deeply")
    return Column(path=tuple(steps))


def _refuse_conflicts(columns: Sequence[Column]) -> None:
    seen: set[tuple[str, ...]] = set()
    for column in columns:
        if column.path in seen:
            raise UnreadableFile(f"its header names {'.'.join(column.path)} twice")
        seen.add(column.path)
    for column in columns:
        for length in range(1, len(column.path)):
            if column.path[:length] in seen:
                outer, inner = ".".join(column.path[:length]), ".".join(column.path)
                raise UnreadableFile(f"its header names both {outer} and {inner}")
