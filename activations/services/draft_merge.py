"""Two people change what one destination sends: what each of them did is kept.

Row by row, and within a row value by value. Where both changed the same, the draft's own wins and
it is said. Knows no database: rows are as a draft stores them.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]
Key: TypeAlias = Callable[[Row], Hashable]


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody else did to a row: `what` is `added`, `removed` or `changed`.

    `is_disputed`: the draft says something else about it, and that stays.
    """

    row: Row
    what: str
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """The draft's rows with the changes of others taken in, and those changes."""

    rows: list[dict[str, Any]]
    changes: tuple[Change, ...]


def merge(*, base: Sequence[Row], mine: Sequence[Row], theirs: Sequence[Row], key: Key) -> Merged:
    """`base` is what both started from. The order is the draft's, what others added comes last."""
    was, my, their = _keyed(base, key), _keyed(mine, key), _keyed(theirs, key)
    rows, changes = [], []
    for name in dict.fromkeys([*my, *their, *was]):
        before, own, other = was.get(name), my.get(name), their.get(name)
        row, is_disputed = _settle(before, own, other)
        if row is not None:
            rows.append(dict(row))
        if other not in (before, own):
            changes.append(_change(before, other, is_disputed))
    return Merged(rows=rows, changes=tuple(changes))


def _settle(before: Row | None, own: Row | None, other: Row | None) -> tuple[Row | None, bool]:
    """What the row becomes, and whether the two wanted different things."""
    if other in (before, own):
        return own, False
    if own == before:
        return other, False
    if before is None or own is None or other is None:
        return own, True
    named = {**other, **own}
    values = {name: _value(before.get(name), own.get(name), other.get(name)) for name in named}
    is_disputed = any(
        other.get(name) not in (before.get(name), value) for name, value in values.items()
    )
    return values, is_disputed


def _value(before: Any, own: Any, other: Any) -> Any:
    return other if own == before else own


def _change(before: Row | None, other: Row | None, is_disputed: bool) -> Change:
    what = "added" if before is None else "removed" if other is None else "changed"
    row = other if other is not None else before
    assert row is not None, "a change has one side at least"
    return Change(row=row, what=what, is_disputed=is_disputed)


def _keyed(rows: Sequence[Row], key: Key) -> dict[Hashable, Row]:
    """A key may come twice in a draft that is not finished yet; each keeps its row."""
    seen: Counter[Hashable] = Counter()
    keyed: dict[Hashable, Row] = {}
    for row in rows:
        name = key(row)
        keyed[(name, seen[name])] = row
        seen[name] += 1
    return keyed
