"""The time a page tells of, as its address and the person's cookie say: `?range=7d`."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from activations import ranges
from activations.ranges import CannotRead, Range
from connections.views.zones import zone_of


@dataclass(frozen=True, slots=True)
class Asked:
    """`problem` says why the days that were typed are not shown; then the last 24 hours are."""

    range: Range
    first: str
    last: str
    problem: str
    zone_name: str


def of(request: HttpRequest, *, at: datetime) -> Asked:
    """Reads `range`, `from` and `to`."""
    zone, problem = zone_of(request), ""
    key, first, last = (request.GET.get(name, "") for name in ("range", "from", "to"))
    found = ranges.of(key=key, zone=zone, at=at)
    if key == ranges.CUSTOM:
        try:
            found = ranges.between(first=first, last=last, zone=zone, at=at)
        except CannotRead as error:
            problem = str(error)
    return Asked(
        range=found,
        first=first or found.first_on.isoformat(),
        last=last or found.last_on.isoformat(),
        problem=problem,
        zone_name=str(zone),
    )
