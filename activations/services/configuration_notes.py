"""What the audit log is told of the mappings and audiences of a destination, as text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from activations.mapping.paths import format_source
from activations.mapping.plan import MappingRule
from connections import audit
from connections.models import Destination


@dataclass(frozen=True, slots=True)
class Shape:
    """Mappings in their order, and the schedule of each audience by its name."""

    mappings: tuple[str, ...]
    schedules: Mapping[str, str]


def shape(*, destination: Destination, rules: Sequence[MappingRule]) -> Shape:
    """As it is stored now; one query."""
    rows = destination.activations.select_related("audience").order_by("pk")
    schedules = {
        f"audience {row.audience}": f"{row.mapping_id} ({row.start_on} to {row.end_on or 'open'})"
        for row in rows
    }
    return Shape(tuple(_lines(rules)), schedules)


def note(*, destination: Destination, before: Shape, after: Shape, action: audit.Action) -> None:
    """The differences of two shapes."""
    changes: dict[str, tuple[object, object]] = {}
    if before.mappings != after.mappings:
        changes["mappings"] = before.mappings, after.mappings
    for name in {**before.schedules, **after.schedules}:
        was, now = before.schedules.get(name, ""), after.schedules.get(name, "")
        if was != now:
            changes[name] = was, now
    audit.note(action=action, kind=audit.Kind.DESTINATION, about=destination, changes=changes)


def _lines(rules: Sequence[MappingRule]) -> Iterable[str]:
    return (f"{format_source(rule.source)} -> {rule.target_text}" for rule in rules)
