"""The audiences of one destination, with who is in them."""

from dataclasses import dataclass
from datetime import date

from activations.models import Activation
from activations.queries import audiences
from activations.queries.audiences import StatusCounts


@dataclass(frozen=True, slots=True)
class Row:
    """One activated audience."""

    activation: Activation
    counts: StatusCounts
    schedule: str


def of(*, destination_id: int, today: date) -> list[Row]:
    """At most three queries; by audience name. Members are as they were last counted."""
    activations = list(
        Activation.objects.filter(destination_id=destination_id)
        .select_related("audience")
        .order_by("audience__name", "pk")
    )
    counts = audiences.newest_counts(audience_ids=[row.audience_id for row in activations])
    return [
        Row(row, counts.get(row.audience_id, StatusCounts()), _schedule(row, today))
        for row in activations
    ]


def count(*, destination_id: int) -> int:
    """How many audiences are activated there."""
    return Activation.objects.filter(destination_id=destination_id).count()


def _schedule(activation: Activation, today: date) -> str:
    if activation.start_on > today:
        return "planned"
    if activation.end_on is not None and activation.end_on < today:
        return "ended"
    return "running"
