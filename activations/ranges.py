"""Which time does a page tell of? Calendar arithmetic in a person's zone; knows no database."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from activations.charts import Moment

DAY, WEEK, MONTH, CUSTOM = "24h", "7d", "30d", "custom"
PRESETS: Final = {DAY: "Last 24 hours", WEEK: "Last 7 days", MONTH: "Last 30 days"}
MOST_DAYS: Final = 92
_HOUR: Final = timedelta(hours=1)
_SHORT_DAYS, _MIDDLE_DAYS = 3, 14


@dataclass(frozen=True, slots=True)
class Range:
    """From `since` until before `until`, both at a full clock hour of UTC or of the zone.

    `starts` are the instants at which its parts begin, each `unit` ("hour", "quarter" of a day or
    "day") long. Days are those of `zone`, so one may have 23 or 25 hours.
    """

    key: str
    since: datetime
    until: datetime
    zone: tzinfo
    unit: str
    starts: tuple[datetime, ...]
    # Whether the present hour is its last.
    is_open: bool

    @property
    def label(self) -> str:
        """In words."""
        if self.key in PRESETS:
            return PRESETS[self.key]
        last = self.last_on
        return f"{_day(self.first_on)} to {_day(last)}" if last != self.first_on else _day(last)

    @property
    def first_on(self) -> date:
        """The day in the zone on which it begins."""
        return self.since.astimezone(self.zone).date()

    @property
    def last_on(self) -> date:
        """The last day of which something is in it."""
        return (self.until - timedelta(microseconds=1)).astimezone(self.zone).date()

    @property
    def before(self) -> tuple[datetime, datetime]:
        """The time of the same length that went before."""
        return self.since - (self.until - self.since), self.since

    @property
    def group(self) -> int:
        """How many parts belong under one word of an axis."""
        return 4 if self.unit == "quarter" else 1

    def part_of(self, *, instant: datetime) -> int:
        """The number of the part an instant within the range lies in."""
        return max(bisect_right(self.starts, instant) - 1, 0)

    def moments(self) -> list[Moment]:
        """The parts in words; the last of an open range says that it is not over."""
        found = [self._moment(start.astimezone(self.zone)) for start in self.starts]
        if self.is_open:
            found[-1] = replace(found[-1], words=f"{found[-1].words} (so far)")
        return found

    def _moment(self, start: datetime) -> Moment:
        day = f"{start.day} {start:%b}"
        match self.unit:
            case "hour":
                return Moment(f"{start:%H:%M}", f"{day}, {start:%H:%M}")
            case "quarter":
                return Moment(day, f"{day}, from {start:%H:%M}")
            case _:
                return Moment(day, f"{start:%A} {day} {start.year}")


class CannotRead(ValueError):
    """A range that was typed makes no sense; the words say what to change."""


def of(*, key: str, zone: tzinfo, at: datetime) -> Range:
    """One of the presets, up to the end of the present hour; an unknown key is the first."""
    until = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
    if key not in (WEEK, MONTH):
        return _made(DAY, until - timedelta(hours=24), until, zone, "hour", is_open=True)
    days, unit = (7, "quarter") if key == WEEK else (30, "day")
    first = at.astimezone(zone).date() - timedelta(days=days - 1)
    return _made(key, _midnight(first, zone), until, zone, unit, is_open=True)


def between(*, first: str, last: str, zone: tzinfo, at: datetime) -> Range:
    """All of the days from `first` to `last` (ISO) in the zone. Raises CannotRead."""
    try:
        first_on, last_on = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise CannotRead("Enter both days, as year-month-day.") from None
    today = at.astimezone(zone).date()
    if first_on > last_on:
        raise CannotRead("The first day must not be after the last.")
    if first_on > today:
        raise CannotRead("The first day is still to come.")
    if today - first_on > timedelta(days=3 * MOST_DAYS):
        raise CannotRead("Runs are kept for 90 days: choose a later first day.")
    days = (min(last_on, today) - first_on).days + 1
    if days > MOST_DAYS:
        raise CannotRead(f"Choose at most {MOST_DAYS} days.")
    end = _midnight(min(last_on, today) + timedelta(days=1), zone)
    present = of(key=DAY, zone=zone, at=at).until
    unit = "hour" if days <= _SHORT_DAYS else "quarter" if days <= _MIDDLE_DAYS else "day"
    until, is_open = min(end, present), present <= end
    return _made(CUSTOM, _midnight(first_on, zone), until, zone, unit, is_open=is_open)


def _made(
    key: str, since: datetime, until: datetime, zone: tzinfo, unit: str, *, is_open: bool
) -> Range:
    starts = {start for start in _starts(since, until, zone, unit) if since <= start < until}
    return Range(key, since, until, zone, unit, tuple(sorted(starts)), is_open)


def _starts(since: datetime, until: datetime, zone: tzinfo, unit: str) -> Iterator[datetime]:
    if unit == "hour":
        for number in range(int((until - since) / _HOUR) + 1):
            yield since + number * _HOUR
        return
    day = since.astimezone(zone).date()
    hours = (0, 6, 12, 18) if unit == "quarter" else (0,)
    while _midnight(day, zone) < until:
        for hour in hours:
            yield datetime.combine(day, time(hour), zone).astimezone(UTC)
        day += timedelta(days=1)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
