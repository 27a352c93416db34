"""Everything that keeps an open draft from being finished, and what is only worth knowing."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from activations.mapping import problems
from activations.mapping.paths import PathProblem, parse_source, parse_target
from activations.mapping.plan import MappingRule
from activations.services import draft_glance
from activations.services.draft_content import (
    AUDIENCES,
    MAPPING,
    SCHEDULE,
    STEPS,
    Content,
    DraftProblem,
    MappingRow,
    ScheduleRow,
    reading_order,
)
from activations.services.draft_glance import Glance
from activations.terms import TargetKind, WhenEmpty
from connections.zendesk.contact import CustomField

# Experience Platform's guardrail for a dataflow, a soft one.
MOST_AUDIENCES_ADVISED = 250

_STEPS = {"audiences": SCHEDULE, "mappings": MAPPING, "account": SCHEDULE}
_PLACE = re.compile(r"^(\w+)(?:\[(\d+)\])?(?:\.(\w+))?$")


def judge(
    *,
    mappings: Sequence[MappingRow],
    schedule: Sequence[ScheduleRow],
    labels: Mapping[int, str],
    fields: Mapping[str, CustomField] | None,
    today: date,
    until: str = SCHEDULE,
) -> Content:
    """Reads the draft and finds every problem, but for those of the steps after `until`.

    `labels` names the audiences by their key; only those with a problem are asked for.
    """
    rules, places, found = _rules(mappings)
    glance = _glance(rules, schedule, fields, today) if until == SCHEDULE else Glance([], [])
    wrong = glance.suspects
    chosen = [_scheduled(schedule[place], labels) for place in wrong]
    for problem in problems.find(rules=rules, audiences=chosen, fields=fields):
        if problem.code != problems.NO_AUDIENCE or not schedule:
            found.append(_placed(problem, places, wrong))
    found += [p for place in wrong for p in _dates(place, schedule[place], today)]
    found += [DraftProblem(SCHEDULE, p, "mapping_id", problems.NO_MAPPING_ID) for p in glance.blank]
    found += _too_many(len(schedule))
    wanted = STEPS[: STEPS.index(until) + 1]
    return Content(
        mappings=tuple(mappings),
        schedule=tuple(schedule),
        rules=tuple(rules),
        problems=tuple(sorted((p for p in found if p.step in wanted), key=reading_order)),
        labels=labels,
    )


def _glance(
    rules: Sequence[MappingRule],
    schedule: Sequence[ScheduleRow],
    fields: Mapping[str, CustomField] | None,
    today: date,
) -> Glance:
    mapped = {r.target.name for r in rules if r.target.kind == TargetKind.CUSTOM_FIELD}
    return draft_glance.at(schedule=schedule, mapped=mapped, fields=fields, today=today)


def _scheduled(row: ScheduleRow, labels: Mapping[int, str]) -> problems.ScheduledAudience:
    return problems.ScheduledAudience(
        label=labels.get(row.audience, ""),
        mapping_id=row.mapping_id,
        start_on=row.start or date.min,
        end_on=row.end,
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


def _placed(
    problem: problems.Problem, mapped: Sequence[int], scheduled: Sequence[int]
) -> DraftProblem:
    """`mapped` and `scheduled` are the rows of the draft that were looked at, in their order."""
    match = _PLACE.match(problem.place)
    assert match is not None, problem.place
    area, row, column = match.group(1), match.group(2), match.group(3) or ""
    index = None if row is None else int(row)
    if index is not None:
        index = mapped[index] if area == "mappings" else scheduled[index]
    step = AUDIENCES if problem.code == problems.NO_AUDIENCE else _STEPS[area]
    return DraftProblem(step, index, column, problem.message, problem.is_blocking, problem.meant)


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
