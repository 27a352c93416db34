"""When may a token be used next? One row per token paces every process that uses it.

A token bucket of ten per second lets nineteen through in one second, so there is no bucket: slots
lie `1 / ZENDESK_REQUESTS_PER_SECOND` apart, and a slot that could not be used at its time is
thrown away instead of being used late, beside the next one.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from connections.models import TokenPace

# A slot older than this is not used any more.
LATE_SECONDS = 0.05
# How far ahead slots may be reserved before a caller looks whether it should stop waiting.
PATIENCE_SECONDS = 0.5
SHORTEST_HOLD_SECONDS = 1.0
LONGEST_HOLD_SECONDS = 60.0

_TABLE = TokenPace._meta.db_table
_NOW = {
    # Both read the clock after the row or database lock was taken, not before the wait for it.
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    "postgresql": "extract(epoch from clock_timestamp())::double precision",
}
_GREATEST = {"sqlite": "max", "postgresql": "greatest"}


class StoppedWaiting(Exception):
    """The caller was told to stop before its turn came, or it is too far. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A turn, `opens_in_seconds` from now."""

    opens_in_seconds: float


def take(
    *,
    token_fingerprint: str,
    stop: Callable[[], bool] = lambda: False,
    longest_seconds: float = LONGEST_HOLD_SECONDS,
) -> None:
    """Wait for this token's next turn.

    Raises StoppedWaiting when `stop` says so meanwhile, or when the turn is further away than
    `longest_seconds`.

    Without pacing every moment is a turn; callers who send many look at `held_seconds` themselves.
    """
    rate = settings.ZENDESK_REQUESTS_PER_SECOND
    if rate == 0:
        return
    while True:
        slot = _reserve(token_fingerprint=token_fingerprint, interval=1 / rate)
        if slot.opens_in_seconds > longest_seconds:
            raise StoppedWaiting
        # Counted from now: the reservation may have waited for the database, and a slot that is
        # used before its time is as bad as one that is used late.
        opens_at = time.monotonic() + slot.opens_in_seconds
        _wait(seconds=opens_at - time.monotonic(), stop=stop)
        if time.monotonic() - opens_at <= LATE_SECONDS:
            return


def hold(*, token_fingerprint: str, at_least_seconds: float | None = None) -> float:
    """Nobody uses the token for a while: Zendesk throttled it. Returns the seconds.

    Grows from one second to a minute with every throttle that follows a hold; several answers
    to requests that were in flight together count once.
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
    """Zendesk takes requests again: the next throttle starts from the shortest hold."""
    TokenPace.objects.filter(token_fingerprint=token_fingerprint, throttles__gt=0).update(
        throttles=0
    )


def held_seconds(*, token_fingerprint: str) -> float:
    """How long the token is still held after a throttle; 0 when it is free."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT held_until - {_NOW[connection.vendor]} FROM {_TABLE} "  # noqa: S608
            "WHERE token_fingerprint = %s",
            [token_fingerprint],
        )
        row = cursor.fetchone()
    return max(0.0, row[0]) if row else 0.0


def _reserve(*, token_fingerprint: str, interval: float) -> Slot:
    now, greatest = _NOW[connection.vendor], _GREATEST[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_TABLE} AS pace "  # noqa: S608  (own constants only)
            "(token_fingerprint, next_slot_at, held_until, throttles) "
            f"VALUES (%s, {now} + %s, 0, 0) ON CONFLICT (token_fingerprint) DO UPDATE SET "
            f"next_slot_at = {greatest}(pace.next_slot_at, pace.held_until, {now}) + %s "
            f"RETURNING next_slot_at - %s - {now}",
            [token_fingerprint, interval, interval, interval],
        )
        (opens_in_seconds,) = cursor.fetchone()
    return Slot(opens_in_seconds=opens_in_seconds)


def _wait(*, seconds: float, stop: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if stop():
            raise StoppedWaiting
        time.sleep(min(left, PATIENCE_SECONDS))
