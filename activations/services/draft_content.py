"""What an open activation draft says, and everything that keeps it from being finished.

The draft keeps what was typed, valid or not; here it is read as mappings and schedules.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from activations.mapping import problems
from activations.mapping.paths import (
    PathProblem,
    Source,
    Target,
    format_source,
    format_target,
    parse_source,
    parse_target,
)
from activations.mapping.plan import MappingRule
from activations.terms import SourceKind, TargetKind, WhenEmpty
from connections.zendesk.contact import CustomField

MANDATORY_TARGETS = ("Identity: email", "xdm: last_name")
AUDIENCES, MAPPING, SCHEDULE = "audiences", "mapping", "schedule"
# Experience Platform's guardrail for a dataflow, a soft one.
MOST_AUDIENCES_ADVISED = 250

_STEPS = {"audiences": SCHEDULE, "mappings": MAPPING, "account": SCHEDULE}
_PLACE = re.compile(r"^(\w+)(?:\[(\d+)\])?(?:\.(\w+))?$")


@dataclass(frozen=True, slots=True)
class MappingRow:
    """A row of the Mapping step in the notation people write; either side may be empty."""

    source: str = ""
    target: str = ""
    when_empty: str = WhenEmpty.KEEP.value

    @property
    def is_mandatory(self) -> bool:
        """Its target cannot be changed and the row cannot be removed."""
        return self.target in MANDATORY_TARGETS


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """An audience of the Schedule step; dates as typed."""

    audience: int
    mapping_id: str = ""
    start_on: str = ""
    end_on: str = ""

    @property
    def start(self) -> date | None:
        """The first day; None when it cannot be read."""
        return _date(self.start_on)

    @property
    def end(self) -> date | None:
        """The last day; None for none or when it cannot be read."""
        return _date(self.end_on)


@dataclass(frozen=True, slots=True)
class DraftProblem:
    """Where in the wizard it is wrong: step, row, and column (`source`, `mapping_id` ...)."""

    step: str
    row: int | None
    column: str
    message: str
    is_blocking: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """A draft as it was read."""

    mappings: tuple[MappingRow, ...]
    schedule: tuple[ScheduleRow, ...]
    rules: tuple[MappingRule, ...] = ()
    problems: tuple[DraftProblem, ...] = ()
    # What the chosen audiences are called, by their key.
    labels: Mapping[int, str] = field(default_factory=dict)

    def with_problems(self, *, found: Sequence[DraftProblem]) -> "Content":
        """The same with more problems."""
        both = sorted([*self.problems, *found], key=_reading_order)
        return replace(self, problems=tuple(both))

    @property
    def blocking(self) -> tuple[DraftProblem, ...]:
        """What must be put right before Finish."""
        return tuple(problem for problem in self.problems if problem.is_blocking)

    def problems_by_row(self, *, step: str) -> Mapping[int, tuple[DraftProblem, ...]]:
        """The problems of each row that has any: for a step with many rows."""
        found: dict[int, tuple[DraftProblem, ...]] = {}
        for problem in self.problems:
            if problem.step == step and problem.row is not None:
                found[problem.row] = (*found.get(problem.row, ()), problem)
        return found

    def of(self, *, step: str) -> tuple[DraftProblem, ...]:
        """The problems of a whole step, of its rows too."""
        return tuple(problem for problem in self.problems if problem.step == step)

    def problems_at(self, *, step: str, row: int | None) -> tuple[DraftProblem, ...]:
        """The problems of one row, or of the step as a whole."""
        return tuple(p for p in self.problems if p.step == step and p.row == row)


def read_mappings(*, stored: Sequence[Mapping[str, Any]]) -> tuple[MappingRow, ...]:
    """The mapping rows of a draft."""
    return tuple(
        MappingRow(
            source=_source_text(row.get("source_kind", ""), row.get("source", "")),
            target=_target_text(row.get("target_kind", ""), row.get("target", "")),
            when_empty=row.get("when_empty") or WhenEmpty.KEEP.value,
        )
        for row in stored
    )


def store_mappings(*, rows: Sequence[MappingRow]) -> list[dict[str, str]]:
    """Mapping rows as the draft keeps them; a side that cannot be read keeps its text."""
    stored = []
    for row in rows:
        source = _read(parse_source, row.source)
        target = _read(parse_target, row.target)
        stored.append(
            {
                "source_kind": source.kind.value if source else "",
                "source": source.path if source else row.source,
                "target_kind": target.kind.value if target else "",
                "target": target.name if target else row.target,
                "when_empty": _when_empty(row, source),
            }
        )
    return stored


def read_schedule(*, stored: Sequence[Mapping[str, Any]]) -> tuple[ScheduleRow, ...]:
    """The chosen audiences of a draft with their schedules."""
    return tuple(
        ScheduleRow(
            audience=int(row["audience"]),
            mapping_id=row.get("mapping_id") or "",
            start_on=row.get("start_on") or "",
            end_on=row.get("end_on") or "",
        )
        for row in stored
    )


def store_schedule(*, rows: Sequence[ScheduleRow]) -> list[dict[str, Any]]:
    """Schedule rows as the draft keeps them."""
    return [
        {
            "audience": row.audience,
            "mapping_id": row.mapping_id,
            "start_on": row.start_on,
            "end_on": row.end_on,
        }
        for row in rows
    ]


def judge(
    *,
    mappings: Sequence[MappingRow],
    schedule: Sequence[ScheduleRow],
    labels: Mapping[int, str],
    fields: Mapping[str, CustomField] | None,
    today: date,
) -> Content:
    """Reads the draft and finds every problem. `labels` names the audiences by their key."""
    rules, places, found = _rules(mappings)
    chosen = [
        problems.ScheduledAudience(
            label=labels.get(row.audience, ""),
            mapping_id=row.mapping_id,
            start_on=row.start or date.min,
            end_on=row.end,
        )
        for row in schedule
    ]
    known = problems.find(rules=rules, audiences=chosen, fields=fields)
    found += [_placed(problem, places) for problem in known]
    found += [p for index, row in enumerate(schedule) for p in _dates(index, row, today)]
    found += _too_many(len(schedule))
    return Content(
        mappings=tuple(mappings),
        schedule=tuple(schedule),
        rules=tuple(rules),
        problems=tuple(sorted(found, key=_reading_order)),
        labels=labels,
    )


def _rules(
    rows: Sequence[MappingRow],
) -> tuple[list[MappingRule], list[int], list[DraftProblem]]:
    """The complete rows as rules, the row each came from, and what the others lack."""
    rules, places, found = [], [], []
    for index, row in enumerate(rows):
        sides: dict[str, Any] = {}
        for column, parse, text in (
            ("source", parse_source, row.source),
            ("target", parse_target, row.target),
        ):
            if not text:
                message = f"Select a {column} field, or remove this row."
                if row.is_mandatory:
                    message = f"Select a source field: {row.target} is mandatory."
                found.append(DraftProblem(MAPPING, index, column, message))
                continue
            try:
                sides[column] = parse(text)
            except PathProblem as problem:
                found.append(DraftProblem(MAPPING, index, column, problem.message))
        if len(sides) == 2:
            rules.append(MappingRule(**sides, when_empty=WhenEmpty(row.when_empty)))
            places.append(index)
    return rules, places, found


def _placed(problem: problems.Problem, places: Sequence[int]) -> DraftProblem:
    match = _PLACE.match(problem.place)
    assert match is not None, problem.place
    area, row, column = match.group(1), match.group(2), match.group(3) or ""
    index = None if row is None else int(row)
    if area == "mappings" and index is not None:
        index = places[index]
    step = AUDIENCES if problem.code == "no-audience" else _STEPS[area]
    return DraftProblem(step, index, column, problem.message, problem.is_blocking)


def _too_many(count: int) -> list[DraftProblem]:
    if count <= MOST_AUDIENCES_ADVISED:
        return []
    message = (
        f"{count:,} audiences are selected; Experience Platform advises at most"
        f" {MOST_AUDIENCES_ADVISED} for a destination. More work too, but each needs a contact"
        " custom field of its own in Zendesk."
    )
    return [DraftProblem(AUDIENCES, None, "", message, is_blocking=False)]


def _dates(index: int, row: ScheduleRow, today: date) -> list[DraftProblem]:
    found = []
    if row.start is None:
        message = "Enter the first day." if not row.start_on else "This is no date."
        found.append(DraftProblem(SCHEDULE, index, "start", message))
    if row.end_on and row.end is None:
        found.append(DraftProblem(SCHEDULE, index, "end", "This is no date."))
    elif row.end is not None and row.end < today:
        message = "The last day is over: nothing will be sent for this audience."
        found.append(DraftProblem(SCHEDULE, index, "end", message, is_blocking=False))
    return found


def _reading_order(problem: DraftProblem) -> tuple[int, int, bool]:
    steps: Collection[str] = (AUDIENCES, MAPPING, SCHEDULE)
    row = -1 if problem.row is None else problem.row
    return list(steps).index(problem.step), row, not problem.is_blocking


def _read(parse: Any, text: str) -> Any:
    try:
        return parse(text) if text else None
    except PathProblem:
        return None


def _when_empty(row: MappingRow, source: Source | None) -> str:
    """A constant is never empty: the choice is not offered for one, and an old one is dropped."""
    return WhenEmpty.KEEP.value if source is not None and source.is_constant else row.when_empty


def _source_text(kind: str, path: str) -> str:
    return format_source(Source(SourceKind(kind), path)) if kind else path


def _target_text(kind: str, name: str) -> str:
    return format_target(Target(TargetKind(kind), name)) if kind else name


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
