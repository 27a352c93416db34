"""The Schedule step: which of the chosen audiences are shown, and what is known about each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from activations.mapping import problems, statuses
from activations.models import Audience
from activations.queries import audiences
from activations.queries.audiences import StatusCounts
from activations.services.draft_content import SCHEDULE, Content, DraftProblem, ScheduleRow
from activations.terms import TargetKind
from connections.zendesk.contact import CustomField

# Any other name can be typed; more would make the page heavy.
MOST_SUGGESTIONS = 200
# Why a field that could hold a status would be refused, by the code of the problem.
_BRIEFLY: Final = {"mapping-id-taken": "mapped already", "missing-choices": "lacks a status"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A custom field offered for a Mapping ID, or why it is not: then `is_disabled`."""

    value: str
    note: str
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """Of all rows of a draft: those that lack a Mapping ID, and those with another problem."""

    blank: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows to show, and in which order; an unknown `sort` is the order of selection."""

    words: str = ""
    only_new: bool = True
    only_problems: bool = False
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One audience; `confirmation` says what the Mapping ID was found to be.

    `meant` are the fields that can be taken for a Mapping ID that is not there.
    """

    audience: Audience
    counts: StatusCounts
    schedule: ScheduleRow
    problems: tuple[DraftProblem, ...]
    confirmation: str
    meant: tuple[str, ...]
    is_new: bool

    @property
    def is_untouched(self) -> bool:
        """Whether no Mapping ID was entered yet."""
        return not self.schedule.mapping_id

    @property
    def mapping_id_problems(self) -> tuple[DraftProblem, ...]:
        """Blocking ones and warnings about the Mapping ID."""
        return self._at("mapping_id")

    @property
    def start_problems(self) -> tuple[DraftProblem, ...]:
        """What is wrong with the first day."""
        return self._at("start")

    @property
    def end_problems(self) -> tuple[DraftProblem, ...]:
        """What is wrong with the last day."""
        return self._at("end")

    def _at(self, column: str) -> tuple[DraftProblem, ...]:
        return tuple(problem for problem in self.problems if problem.column == column)


def places(*, content: Content, sent_now: Collection[int], wanted: Wanted) -> list[int]:
    """The rows of the draft that are shown, by their place in it; needs no query.

    New is what the destination (`sent_now`) does not send yet.
    """
    wrong = content.problems_by_row(step=SCHEDULE) if wanted.only_problems else {}
    words = wanted.words.casefold().split()
    found = []
    for place, row in enumerate(content.schedule):
        if wanted.only_new and row.audience in sent_now:
            continue
        if wanted.only_problems and place not in wrong:
            continue
        label = content.labels.get(row.audience, "").casefold() if words else ""
        if all(word in label for word in words):
            found.append(place)
    return _sorted(found, content, wanted)


def rows(
    *,
    content: Content,
    fields: Mapping[str, CustomField] | None,
    places: Sequence[int],
    sent_now: Collection[int],
) -> list[Row]:
    """These rows of the draft, without audiences deleted meanwhile; a fixed number of queries."""
    by_row = content.problems_by_row(step=SCHEDULE)
    keys = [content.schedule[place].audience for place in places]
    known = Audience.objects.in_bulk(keys)
    counts = audiences.newest_counts(audience_ids=keys)
    taken = _mapped(content) | {row.mapping_id: "" for row in content.schedule}
    found = []
    for place in places:
        row, problems = content.schedule[place], by_row.get(place, ())
        if row.audience not in known:
            continue
        is_wrong = any(p.is_blocking and p.column == "mapping_id" for p in problems)
        found.append(
            Row(
                audience=known[row.audience],
                counts=counts.get(row.audience, StatusCounts()),
                schedule=row,
                problems=problems,
                confirmation="" if is_wrong else _confirmation(row.mapping_id, fields),
                meant=_meant(problems, fields or {}, taken),
                is_new=row.audience not in sent_now,
            )
        )
    return found


def left(*, content: Content) -> Left:
    """What is still to be done in the whole step, shown or not."""
    by_row = content.problems_by_row(step=SCHEDULE)
    blank = {place for place in by_row if not content.schedule[place].mapping_id}
    only = {place for place in blank if len(by_row[place]) == 1}
    return Left(blank=len(blank), wrong=len(by_row) - len(only))


def suggestions(*, fields: Mapping[str, CustomField] | None, content: Content) -> list[Suggestion]:
    """The fields that can hold a status, by name; those that would be refused come last.

    Only the first of them, where there are many.
    """
    if fields is None:
        return []
    mapped = _mapped(content)
    refusals = {
        name: _refusal(name, fields, mapped)
        for name in sorted(fields, key=str.casefold)
        if _can_hold_status(fields[name])
    }
    fit = [name for name, refusal in refusals.items() if not refusal]
    unfit = [name for name, refusal in refusals.items() if refusal]
    offered = [Suggestion(name, fields[name].type) for name in fit]
    offered += [Suggestion(name, refusals[name], is_disabled=True) for name in unfit]
    return offered[:MOST_SUGGESTIONS]


def _sorted(found: list[int], content: Content, wanted: Wanted) -> list[int]:
    """Sorting keeps the order of selection among equals; no end date comes after all others."""

    def key(place: int) -> Any:
        row = content.schedule[place]
        match wanted.sort:
            case "name":
                return content.labels.get(row.audience, "").casefold()
            case "mapping_id":
                return row.mapping_id.casefold()
            case "start":
                return row.start_on
            case "end":
                return row.end_on or "9999"
        return place

    return sorted(found, key=key, reverse=wanted.descending)


def _can_hold_status(field: CustomField) -> bool:
    return field.for_contact and field.type in statuses.FIELD_TYPES


def _confirmation(mapping_id: str, fields: Mapping[str, CustomField] | None) -> str:
    field = (fields or {}).get(mapping_id)
    if field is None:
        return ""
    words = f"exists in Zendesk: {field.type.replace('_', ' ')} field"
    if field.type == "bool":
        return f"{words}, true for realized and existing, false for exited"
    return f"{words} with {_listed(field.choices)}" if field.choices else words


def _meant(
    found: Iterable[DraftProblem], fields: Mapping[str, CustomField], taken: Mapping[str, str]
) -> tuple[str, ...]:
    """Without those that would be refused as well: a click must not lead to the next problem."""
    like = chain.from_iterable(problem.meant for problem in found)
    return tuple(name for name in like if not _refusal(name, fields, taken))


def _mapped(content: Content) -> dict[str, str]:
    """The custom fields that field mappings write, as `check_mapping_id` takes them."""
    return {r.target.name: "" for r in content.rules if r.target.kind == TargetKind.CUSTOM_FIELD}


def _refusal(name: str, fields: Mapping[str, CustomField], mapped: Mapping[str, str]) -> str:
    """In two words, as there is room for in a list; empty for a field that can be chosen."""
    found = problems.check_mapping_id(name=name, fields=fields, taken=mapped, guess=False)
    return next((_BRIEFLY.get(p.code, "not usable") for p in found if p.is_blocking), "")


def _listed(choices: Iterable[str]) -> str:
    shown = list(choices)
    return ", ".join(shown[:5]) + (" …" if len(shown) > 5 else "")
