"""What the rules of alerts look at; a fixed number of queries, each along an index."""

from datetime import datetime, timedelta

from activations.models import DataflowRun
from activations.run_verdicts import Figures
from connections.models import Destination

_FIGURES = (
    "started_at",
    "profiles_received",
    "identities_activated",
    "identities_excluded",
    "identities_failed",
)


def recent_runs(*, at: datetime) -> list[tuple[int, Figures]]:
    """The runs of this clock hour and the one before, by destination id."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    rows = DataflowRun.objects.filter(
        # Its index begins with the destination.
        destination__in=Destination.objects.order_by().values("pk"),
        started_at__gte=hour - timedelta(hours=1),
        started_at__lte=at,
    )
    found = rows.order_by("destination_id", "started_at").values_list("destination_id", *_FIGURES)
    return [(row[0], Figures(*row[1:])) for row in found]


def last_ended_run(*, destination_id: int, since: datetime, at: datetime) -> Figures | None:
    """The newest run whose hour is over and that had outcomes, not older than `since`."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    rows = DataflowRun.objects.filter(
        destination_id=destination_id, started_at__gte=since, started_at__lt=hour
    ).order_by("-started_at")
    for row in rows.values_list(*_FIGURES)[:100]:
        figures = Figures(*row)
        if figures.outcomes:
            return figures
    return None
