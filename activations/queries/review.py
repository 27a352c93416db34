"""The Review step: what is sent after Finish beside what is sent now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from activations.mapping.paths import format_source
from activations.mapping.plan import ActivatedAudience, MappingRule, Plan
from activations.models import Audience
from activations.queries import audience_labels, audiences
from activations.queries.audiences import StatusCounts
from activations.services import draft_changes
from activations.services.draft_changes import Change, Ending, Kind
from activations.services.draft_content import Content, MappingRow, ScheduleRow

CHANGED, REMOVED = "changed", "removed"
_SHOWN: Mapping[str, tuple[Kind, ...]] = {
    CHANGED: (Kind.NEW, Kind.CHANGED),
    REMOVED: (Kind.REMOVED,),
    "": (Kind.NEW, Kind.CHANGED, Kind.SAME),
}
_SORTS: Mapping[str, Callable[[ScheduleRow], str]] = {
    "mapping_id": lambda row: row.mapping_id.casefold(),
    "start": lambda row: row.start_on,
    "end": lambda row: row.end_on or "9999",
}


@dataclass(frozen=True, slots=True)
class Row:
    """An audience of the summary."""

    audience: Audience
    counts: StatusCounts
    change: Change[ScheduleRow]


@dataclass(frozen=True, slots=True)
class Changes:
    """What Finish does to audiences and mappings."""

    audiences: tuple[Change[ScheduleRow], ...]
    mappings: tuple[Change[MappingRow], ...]
    labels: Mapping[int, str]

    @property
    def sizes(self) -> dict[str, int]:
        """How many audiences each choice of `show` has."""
        kinds = [change.kind for change in self.audiences]
        return {show: sum(1 for kind in kinds if kind in shown) for show, shown in _SHOWN.items()}

    @property
    def endings(self) -> list[Ending]:
        """The fields in Zendesk that are written no more."""
        found = draft_changes.endings(
            audiences=self.audiences, mappings=self.mappings, labels=self.labels
        )
        return list(found)


def changes(*, now: Plan, content: Content) -> Changes:
    """`now` is what is sent; one query, for the names of what is removed."""
    found = draft_changes.compare(
        now=[_schedule(audience) for audience in now.audiences],
        then=content.schedule,
        key=lambda row: row.audience,
    )
    gone = [change.row.audience for change in found if change.kind == Kind.REMOVED]
    labels = {key: str(label) for key, label in audience_labels.of(audience_ids=gone).items()}
    return Changes(
        audiences=found,
        mappings=draft_changes.compare(
            now=[_mapping(rule) for rule in now.rules],
            then=content.mappings,
            key=lambda row: row.target,
        ),
        labels={**content.labels, **labels},
    )


def listed(
    *, changes: Changes, words: str, show: str, sort: str, descending: bool
) -> list[Change[ScheduleRow]]:
    """The audiences that `show` (empty, `changed` or `removed`) and the words leave; no query."""
    kinds = _SHOWN.get(show, _SHOWN[""])
    wanted = words.casefold().split()

    def label(change: Change[ScheduleRow]) -> str:
        return changes.labels.get(change.row.audience, "").casefold()

    found = [
        change
        for change in changes.audiences
        if change.kind in kinds and (not wanted or all(word in label(change) for word in wanted))
    ]
    if sort == "name":
        return sorted(found, key=label, reverse=descending)
    if sort in _SORTS:
        return sorted(found, key=lambda change: _SORTS[sort](change.row), reverse=descending)
    return found[::-1] if descending else found


def rows(*, page: Sequence[Change[ScheduleRow]]) -> list[Row]:
    """A page of them with their counts, without audiences deleted meanwhile."""
    keys = [change.row.audience for change in page]
    known = Audience.objects.in_bulk(keys)
    counts = audiences.newest_counts(audience_ids=keys)
    return [
        Row(known[change.row.audience], counts.get(change.row.audience, StatusCounts()), change)
        for change in page
        if change.row.audience in known
    ]


def _schedule(sent: ActivatedAudience) -> ScheduleRow:
    return ScheduleRow(
        audience=sent.audience_id,
        mapping_id=sent.mapping_id,
        start_on=sent.start_on.isoformat(),
        end_on=sent.end_on.isoformat() if sent.end_on else "",
    )


def _mapping(rule: MappingRule) -> MappingRow:
    return MappingRow(format_source(rule.source), rule.target_text, rule.when_empty.value)
