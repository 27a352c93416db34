"""Days that bound a list, as its address says: `?from=2026-03-01&to=2026-03-31`, both included."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Days:
    """`problem` says why what was typed bounds nothing; an instant that is None bounds nothing."""

    first: str = ""
    last: str = ""
    since: datetime | None = None
    until: datetime | None = None
    problem: str = ""

    @property
    def is_set(self) -> bool:
        """Whether something was typed."""
        return bool(self.first or self.last)


def read(*, first: str, last: str, zone: tzinfo) -> Days:
    """Days of the person's zone; either may be missing."""
    try:
        first_on, last_on = _day(first), _day(last)
    except ValueError:
        return Days(first, last, problem="Enter days as year-month-day. All days are shown.")
    if first_on and last_on and first_on > last_on:
        problem = "The first day must not be after the last. All days are shown."
        return Days(first, last, problem=problem)
    since = _midnight(first_on, zone) if first_on else None
    until = _midnight(last_on + timedelta(days=1), zone) if last_on else None
    return Days(first, last, since, until)


def _day(text: str) -> date | None:
    day = date.fromisoformat(text) if text else None
    # A year's room on either side, so that no arithmetic leaves the calendar.
    if day is not None and not 2 <= day.year <= 9998:
        raise ValueError(text)
    return day


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)
