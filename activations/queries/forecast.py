"""When will it be done? Arithmetic on what is to be sent and how fast; knows no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Forecast:
    """`contacts` requests, one each, after or among `others` of the same token.

    `per_second` is what the token can do: measured, else its limit; 0 when nobody knows it yet.
    """

    contacts: int
    others: int
    per_second: float
    is_measured: bool
    starts_at: datetime
    # What waits for a later try is not done before that.
    not_before: datetime | None = None

    @property
    def seconds(self) -> int:
        """Until all of it, the others' too, is sent."""
        if not self.per_second:
            return 0
        return round((self.contacts + self.others) / self.per_second)

    @property
    def duration(self) -> str:
        """In words; empty when nobody knows."""
        return words(seconds=self.seconds) if self.per_second else ""

    @property
    def finished_at(self) -> datetime | None:
        """The end of the minute in which it is done; None when nobody knows."""
        if not self.per_second:
            return None
        done = self.starts_at + timedelta(seconds=self.seconds)
        latest = max(done, self.not_before) if self.not_before else done
        return latest.replace(second=0, microsecond=0) + timedelta(minutes=1)


def reckon(
    *,
    contacts: int,
    others: int,
    limit: float,
    at: datetime,
    measured: float | None = None,
    not_before: datetime | None = None,
) -> Forecast:
    """By what the token was measured to do (`Pace.of_a_full_line`), else by its limit.

    Both in requests per second; `limit` is 0 for none, and what was measured never exceeds it.
    """
    measured = measured or 0.0
    per_second = min(measured, limit) if measured and limit else measured or limit
    return Forecast(contacts, others, per_second, bool(measured), at, not_before)


def words(*, seconds: int) -> str:
    """A duration as people say it, rounded up to what it is counted in."""
    if seconds < _MINUTE:
        return "under a minute"
    if seconds < 2 * _HOUR:
        return _about(-(-seconds // _MINUTE), "minute")
    if seconds < 2 * _DAY:
        return _about(-(-seconds // _HOUR), "hour")
    return _about(-(-seconds // _DAY), "day")


def _about(count: int, unit: str) -> str:
    return f"about {count:,} {unit}{'' if count == 1 else 's'}"
