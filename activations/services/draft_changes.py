"""What finishing a draft changes, row by row; knows no database."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from activations.services.draft_content import MappingRow, ScheduleRow

_CUSTOM_FIELD = "xdm: custom_fields."
Row = TypeVar("Row", MappingRow, ScheduleRow)


class Kind(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Change(Generic[Row]):
    """`now` is what is sent, `then` what will be; one of them at least."""

    now: Row | None
    then: Row | None

    @property
    def kind(self) -> Kind:
        """What becomes of it."""
        if self.now is None:
            return Kind.NEW
        if self.then is None:
            return Kind.REMOVED
        return Kind.SAME if self.now == self.then else Kind.CHANGED

    @property
    def row(self) -> Row:
        """As it will be, or as it was."""
        found = self.then or self.now
        assert found is not None, "a change has one side at least"
        return found


@dataclass(frozen=True, slots=True)
class Ending:
    """A field in Zendesk that is written no more and keeps its last value; `why` in words."""

    field: str
    why: str


def compare(
    *, now: Sequence[Row], then: Sequence[Row], key: Callable[[Row], Hashable]
) -> tuple[Change[Row], ...]:
    """In the order of `then`; what is removed comes last."""
    left: dict[Hashable, Row] = {key(row): row for row in now}
    kept: list[Change[Row]] = [Change(left.pop(key(row), None), row) for row in then]
    gone: list[Change[Row]] = [Change(row, None) for row in left.values()]
    return tuple(kept + gone)


def endings(
    *,
    audiences: Sequence[Change[ScheduleRow]],
    mappings: Sequence[Change[MappingRow]],
    labels: Mapping[int, str],
) -> Iterator[Ending]:
    """Fields that finishing leaves alone from then on, unless something else writes them."""
    written = {change.then.mapping_id for change in audiences if change.then is not None}
    written |= {_field(change.then.target) for change in mappings if change.then is not None}
    for change in audiences:
        now, then = change.now, change.then
        if now is None or now.mapping_id in written:
            continue
        label = labels.get(now.audience, "")
        if then is None:
            yield Ending(now.mapping_id, f"status of the audience “{label}”, which is removed")
        else:
            new = f"in “{then.mapping_id}”" if then.mapping_id else "nowhere yet"
            yield Ending(now.mapping_id, f"status of the audience “{label}”, from then on {new}")
    for mapped in mappings:
        gone = mapped.now if mapped.then is None else None
        if gone is not None and _field(gone.target) not in written:
            yield Ending(gone.target, f"mapped from “{gone.source}”, which is removed")


def _field(target: str) -> str:
    """A custom field by its name alone, as a Mapping ID gives it."""
    return target.removeprefix(_CUSTOM_FIELD)
