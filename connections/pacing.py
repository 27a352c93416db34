"""When may a token be used next? One row per token paces every process that uses it.

A token bucket of ten per second lets nineteen through in one second, so there is no bucket: slots
lie `1 / ZENDESK_REQUESTS_PER_SECOND` apart, and a slot that could not be used at its time is
thrown away instead of being used late, beside the next one. When a slot begins, the database's
clock says; what it said is true of some instant between our question and our reading of the
answer. So a turn opens by the later of the two and closes by the earlier, and however long a
process stood still in between, no request leaves outside its slot.

A throttled token is held, and comes back step by step: one request each five seconds after three
throttles in a row, a quarter and half of the pace after that, all of it when nothing was throttled
for a few seconds. The row's `throttles` is the step; `held_until` is when it was last changed.
"""

import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from connections.models import TokenPace

# A slot older than this is not used any more.
LATE_SECONDS = 0.05
# The database's clock is asked again when its answer took longer: the wait was one for a lock, and
# a look at the clock waits for none.
CERTAIN_SECONDS = LATE_SECONDS / 5
# How far ahead slots may be reserved before a caller looks whether it should stop waiting.
PATIENCE_SECONDS = 0.5
SHORTEST_HOLD_SECONDS = 1.0
# The last hold of a storm may begin just before its end: full pace is back a minute later.
LONGEST_HOLD_SECONDS = 30.0
# From so many throttles in a row on, a request only asks whether the storm is over.
PROBE_FROM = 3
PROBE_EVERY_SECONDS = 5.0
# Without a throttle for so long, the pace goes up a step.
STEP_SECONDS = 2.0

_TABLE = TokenPace._meta.db_table
_NOW = {
    # Both read the clock after the row or database lock was taken, not before the wait for it.
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    "postgresql": "extract(epoch from clock_timestamp())::double precision",
}
_GREATEST = {"sqlite": "max", "postgresql": "greatest"}
_LEAST = {"sqlite": "min", "postgresql": "least"}


class StoppedWaiting(Exception):
    """The caller was told to stop before its turn came, or it is too far. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Monotonic seconds; it closes before it opens when too little is known of the time."""

    opens_at: float
    closes_at: float


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the database's clock said, and between which two monotonic instants it was so."""

    database: float
    asked_at: float
    answered_at: float

    @property
    def is_certain(self) -> bool:
        return self.answered_at - self.asked_at <= CERTAIN_SECONDS

    def turn(self, *, slot_at: float) -> _Turn:
        ahead = slot_at - self.database
        return _Turn(self.answered_at + ahead, self.asked_at + ahead + LATE_SECONDS)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a token stands: not to be used for `held_seconds`, and with care while it recovers."""

    held_seconds: float
    is_recovering: bool


def take(
    *,
    token_fingerprint: str,
    stop: Callable[[], bool] = lambda: False,
    longest_seconds: float = LONGEST_HOLD_SECONDS,
) -> float:
    """Wait for this token's next turn; returns until when it lasts, in monotonic seconds.

    Raises StoppedWaiting when `stop` says so meanwhile, or when the turn is further away than
    `longest_seconds`.

    Without pacing every moment is a turn; callers who send many look at `held_seconds` themselves.
    """
    rate = settings.ZENDESK_REQUESTS_PER_SECOND
    if rate == 0:
        return math.inf
    while True:
        turn = _reserve(
            token_fingerprint=token_fingerprint, interval=1 / rate, longest_seconds=longest_seconds
        )
        if turn is None:
            raise StoppedWaiting
        waited = _wait(until=turn.opens_at, stop=stop)
        is_late = time.monotonic() > turn.closes_at
        if not is_late and not _was_held_meanwhile(token_fingerprint, waited):
            return turn.closes_at


def hold(*, token_fingerprint: str, at_least_seconds: float | None = None) -> float:
    """Nobody uses the token for a while: Zendesk throttled it. Returns the seconds.

    Grows from one second to thirty with every throttle that follows a hold; several answers to
    requests that were in flight together count once. `at_least_seconds` is what Zendesk asked for.
    """
    pace, _ = TokenPace.objects.get_or_create(token_fingerprint=token_fingerprint)
    doubled = SHORTEST_HOLD_SECONDS * 2.0 ** min(pace.throttles, 10)
    ceiling = min(LONGEST_HOLD_SECONDS, doubled)
    at_least = at_least_seconds or 0.0
    # Jitter only spreads the processes of one token; it is no secret.
    seconds = max(random.uniform(ceiling / 2, ceiling), at_least)  # noqa: S311
    now, greatest = _NOW[connection.vendor], _GREATEST[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET "  # noqa: S608  (own constants only)
            f"throttles = CASE WHEN held_until > {now} THEN throttles ELSE throttles + 1 END, "
            f"held_until = CASE WHEN held_until > {now} THEN {greatest}(held_until, {now} + %s) "
            f"ELSE {now} + %s END WHERE token_fingerprint = %s",
            [at_least, seconds, token_fingerprint],
        )
    return held_seconds(token_fingerprint=token_fingerprint)


def release(*, token_fingerprint: str) -> None:
    """Zendesk takes requests again: one step back to the full pace, if the last was not just now.

    A success that was in flight when the token was throttled proves nothing and changes nothing.
    """
    rate = settings.ZENDESK_REQUESTS_PER_SECOND
    quarter = _spacings(1 / rate)[PROBE_FROM - 1] if rate else 0.0
    now, least = _NOW[connection.vendor], _LEAST[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET held_until = {now}, "  # noqa: S608  (own constants only)
            "throttles = CASE WHEN throttles >= %s THEN %s ELSE throttles - 1 END, "
            # Nobody waits for the probes that were lined up; one each five seconds does no harm.
            f"next_slot_at = {least}(next_slot_at, {now} + %s) "
            "WHERE token_fingerprint = %s AND throttles > 0 "
            f"AND held_until + CASE WHEN throttles >= %s THEN 0 ELSE %s END <= {now}",
            [PROBE_FROM, PROBE_FROM - 1, quarter, token_fingerprint, PROBE_FROM, STEP_SECONDS],
        )


def standing(*, token_fingerprint: str) -> Standing:
    """Whether a token may be used, and whether only one request at a time should be sent."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT held_until - {_NOW[connection.vendor]}, throttles "  # noqa: S608
            f"FROM {_TABLE} WHERE token_fingerprint = %s",
            [token_fingerprint],
        )
        seconds, throttles = cursor.fetchone() or (0.0, 0)
    return Standing(held_seconds=max(0.0, seconds), is_recovering=throttles > 0)


def held_seconds(*, token_fingerprint: str) -> float:
    """How long the token is still held after a throttle; 0 when it is free."""
    return standing(token_fingerprint=token_fingerprint).held_seconds


def _reserve(*, token_fingerprint: str, interval: float, longest_seconds: float) -> _Turn | None:
    """The turn that is ours now; None, and nothing reserved, when it is too far."""
    now, greatest = _NOW[connection.vendor], _GREATEST[connection.vendor]
    free_at = f"{greatest}(pace.next_slot_at, pace.held_until, {now})"
    spacings = _spacings(interval)
    asked_at = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} AS pace "  # noqa: S608  (own constants only)
            "(token_fingerprint, next_slot_at, held_until, throttles) "
            f"VALUES (%s, {now} + %s, 0, 0) ON CONFLICT (token_fingerprint) DO UPDATE SET "
            f"next_slot_at = {free_at} + CASE pace.throttles "
            "WHEN 0 THEN %s WHEN 1 THEN %s WHEN 2 THEN %s ELSE %s END "
            f"WHERE {free_at} - {now} <= %s RETURNING next_slot_at, throttles, {now}",
            [token_fingerprint, interval, *spacings, longest_seconds],
        )
        row = cursor.fetchone()
    reading = _Reading(row[2] if row else 0.0, asked_at, time.monotonic())
    if row is None:
        return None
    next_slot_at, throttles, _ = row
    if not reading.is_certain:
        reading = _look_at_the_clock()
    return reading.turn(slot_at=next_slot_at - spacings[min(throttles, PROBE_FROM)])


def _look_at_the_clock() -> _Reading:
    asked_at = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {_NOW[connection.vendor]}")
        (database,) = cursor.fetchone()
    return _Reading(database, asked_at, time.monotonic())


def _spacings(interval: float) -> tuple[float, ...]:
    """Seconds from one turn to the next after 0, 1, 2 and more throttles in a row."""
    return (interval, 2 * interval, 4 * interval, max(interval, PROBE_EVERY_SECONDS))


def _was_held_meanwhile(token_fingerprint: str, waited_seconds: float) -> bool:
    """Only turns that lay far ahead are asked about: a query for each request would be dear."""
    if waited_seconds <= PATIENCE_SECONDS:
        return False
    return held_seconds(token_fingerprint=token_fingerprint) > 0


def _wait(*, until: float, stop: Callable[[], bool]) -> float:
    """Until then, in monotonic seconds; returns how long that took."""
    began_at = time.monotonic()
    while (left := until - time.monotonic()) > 0:
        if stop():
            raise StoppedWaiting
        time.sleep(min(left, PATIENCE_SECONDS))
    return time.monotonic() - began_at
