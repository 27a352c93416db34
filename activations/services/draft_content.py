"""What an open activation draft says; `draft_verdicts` finds what keeps it from being finished.

The draft keeps what was typed, valid or not; here it is read as mappings and schedules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from activations.governance.check import Violation
from activations.mapping.consents import Consent
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

MANDATORY_TARGETS = ("Identity: email", "xdm: last_name")
STEPS = AUDIENCES, MAPPING, SCHEDULE = ("audiences", "mapping", "schedule")


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
    """Where in the wizard it is wrong: step, row, and column (`source`, `mapping_id` ...).

    `meant` are the fields an unknown name may stand for.
    """

    step: str
    row: int | None
    column: str
    message: str
    is_blocking: bool = True
    meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """A draft as it was read."""

    mappings: tuple[MappingRow, ...]
    schedule: tuple[ScheduleRow, ...]
    rules: tuple[MappingRule, ...] = ()
    problems: tuple[DraftProblem, ...] = ()
    # What the chosen audiences are called, by their key.
    labels: Mapping[int, str] = field(default_factory=dict)
    # The data usage policies that are broken; each is among the problems too.
    violations: tuple[Violation, ...] = ()
    # What enabled consent policies ask of each profile; None where nobody looked yet.
    consents: tuple[Consent, ...] | None = None

    def with_problems(self, *, found: Sequence[DraftProblem]) -> "Content":
        """The same with more problems."""
        both = sorted([*self.problems, *found], key=reading_order)
        return replace(self, problems=tuple(both))

    def with_violations(
        self, *, found: Sequence[Violation], problems: Sequence[DraftProblem]
    ) -> "Content":
        """The same with broken policies, told as `problems`."""
        return replace(self.with_problems(found=problems), violations=tuple(found))

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


def reading_order(problem: DraftProblem) -> tuple[int, int, bool]:
    """Sorts problems as the wizard shows them: by step, by row, the blocking ones first."""
    row = -1 if problem.row is None else problem.row
    return STEPS.index(problem.step), row, not problem.is_blocking


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


# Ten thousand schedules have a few dates between them.
@lru_cache(maxsize=1_000)
def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
