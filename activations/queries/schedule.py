"""The Schedule step's rows: each chosen audience with what is known about its Mapping ID."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from activations.mapping import statuses
from activations.models import Audience
from activations.queries import audiences
from activations.queries.audiences import StatusCounts
from activations.services.draft_content import SCHEDULE, Content, DraftProblem, ScheduleRow
from connections.zendesk.contact import CustomField


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A custom field offered for a Mapping ID."""

    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Row:
    """One audience; `confirmation` says what the Mapping ID was found to be."""

    audience: Audience
    counts: StatusCounts
    schedule: ScheduleRow
    problems: tuple[DraftProblem, ...]
    confirmation: str

    @property
    def is_untouched(self) -> bool:
        """Whether no Mapping ID was entered yet."""
        return not self.schedule.mapping_id

    @property
    def note_id(self) -> str:
        """Id of the place under the Mapping ID that says what is known about it."""
        return f"note-{self.audience.pk}"

    @property
    def dates_id(self) -> str:
        """Id of the place that says what is wrong with the dates."""
        return f"dates-{self.audience.pk}"

    @property
    def mapping_id_problems(self) -> tuple[DraftProblem, ...]:
        """Blocking ones and warnings about the Mapping ID."""
        return tuple(problem for problem in self.problems if problem.column == "mapping_id")

    @property
    def date_problems(self) -> tuple[DraftProblem, ...]:
        """What is wrong with the dates."""
        return tuple(problem for problem in self.problems if problem.column != "mapping_id")


def rows(*, content: Content, fields: Mapping[str, CustomField] | None) -> list[Row]:
    """At most three queries, whatever the number of audiences."""
    keys = [row.audience for row in content.schedule]
    known = Audience.objects.in_bulk(keys)
    counts = audiences.newest_counts(audience_ids=keys)
    found = []
    for index, row in enumerate(content.schedule):
        problems = content.problems_at(step=SCHEDULE, row=index)
        is_wrong = any(p.is_blocking and p.column == "mapping_id" for p in problems)
        found.append(
            Row(
                audience=known[row.audience],
                counts=counts.get(row.audience, StatusCounts()),
                schedule=row,
                problems=problems,
                confirmation="" if is_wrong else _confirmation(row.mapping_id, fields),
            )
        )
    return found


def suggestions(*, fields: Mapping[str, CustomField] | None) -> list[Suggestion]:
    """The fields that can hold a status, by name."""
    usable = (field for field in (fields or {}).values() if _can_hold_status(field))
    return [
        Suggestion(field.name, field.type)
        for field in sorted(usable, key=lambda field: field.name.casefold())
    ]


def _can_hold_status(field: CustomField) -> bool:
    return field.for_contact and field.type in statuses.FIELD_TYPES


def _confirmation(mapping_id: str, fields: Mapping[str, CustomField] | None) -> str:
    field = (fields or {}).get(mapping_id)
    if field is None:
        return ""
    words = f"exists in Zendesk: {field.type.replace('_', ' ')} field"
    return f"{words} with {_listed(field.choices)}" if field.choices else words


def _listed(choices: Iterable[str]) -> str:
    shown = list(choices)
    return ", ".join(shown[:5]) + (" …" if len(shown) > 5 else "")
