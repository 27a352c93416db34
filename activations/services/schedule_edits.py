"""What one edit does to the schedules of many audiences; knows no database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from activations.mapping import names, problems
from activations.services.draft_content import Content, ScheduleRow
from activations.terms import TargetKind
from connections.zendesk.contact import CustomField


@dataclass(frozen=True, slots=True)
class Edit:
    """Dates as ISO text; empty leaves them as they are.

    `by_name`: an empty Mapping ID becomes the custom field that has the audience's name.
    """

    start_on: str = ""
    end_on: str = ""
    has_no_end: bool = False
    by_name: bool = False

    @property
    def sets_dates(self) -> bool:
        """Whether any date is meant to change."""
        return bool(self.start_on or self.end_on or self.has_no_end)


@dataclass(frozen=True, slots=True)
class Edited:
    """All rows afterwards; how many were meant, found a field by name, and still have none."""

    rows: tuple[ScheduleRow, ...]
    meant: int
    named: int = 0
    unnamed: int = 0


def apply(
    *,
    content: Content,
    audience_ids: Collection[int],
    edit: Edit,
    fields: Mapping[str, CustomField],
) -> Edited:
    """The draft's schedule with these audiences edited, in the same order."""
    free = _free_fields(content, fields) if edit.by_name else {}
    rows: list[ScheduleRow] = []
    meant = named = unnamed = 0
    for row in content.schedule:
        if row.audience not in audience_ids:
            rows.append(row)
            continue
        meant += 1
        changed = _dated(row, edit)
        if edit.by_name and not row.mapping_id.strip():
            name = _take(free, content.labels.get(row.audience, ""))
            changed = replace(changed, mapping_id=name)
            named += bool(name)
            unnamed += not name
        rows.append(changed)
    return Edited(tuple(rows), meant, named, unnamed)


def _dated(row: ScheduleRow, edit: Edit) -> ScheduleRow:
    end_on = "" if edit.has_no_end else edit.end_on or row.end_on
    return replace(row, start_on=edit.start_on or row.start_on, end_on=end_on)


def _free_fields(content: Content, fields: Mapping[str, CustomField]) -> dict[str, list[str]]:
    """The fields that can hold a status and that nothing writes yet, by their folded names."""
    mapped = (r.target.name for r in content.rules if r.target.kind == TargetKind.CUSTOM_FIELD)
    taken = {*mapped, *(row.mapping_id for row in content.schedule)}
    found: dict[str, list[str]] = {}
    for name in _usable(fields):
        if name not in taken:
            found.setdefault(names.folded(name), []).append(name)
    return found


def _usable(fields: Mapping[str, CustomField]) -> Iterable[str]:
    for name in fields:
        checked = problems.check_mapping_id(name=name, fields=fields, taken={})
        if not any(problem.is_blocking for problem in checked):
            yield name


def _take(free: Mapping[str, list[str]], label: str) -> str:
    """The field of this name, from now on taken; of several alike only the very same."""
    alike: Sequence[str] = free.get(names.folded(label), ())
    name = alike[0] if len(alike) == 1 else label if label in alike else ""
    if name:
        free[names.folded(label)].remove(name)
    return name
