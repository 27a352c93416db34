"""The person's time zone, as their browser told it."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest


def zone_of(request: HttpRequest) -> tzinfo:
    """The zone js/zone.js told of; UTC without one, or when there is none of that name."""
    try:
        return ZoneInfo(request.COOKIES.get("zone", "UTC").replace("%2F", "/"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
