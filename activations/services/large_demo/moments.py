"""Instants of the last days as rows hold them, made once: a row of millions then costs no more."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

_COUNT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Moment:
    """`begun_at` is shortly before `at`, `lease_ends_at` when a claim of then would end."""

    at: Any
    begun_at: Any
    lease_ends_at: Any


@dataclass(frozen=True, slots=True)
class Moments:
    """`past` are the more the nearer they are; `soon` lie within the next quarter of an hour."""

    past: list[Moment]
    soon: list[Any]
    # Within the next weeks: when members of an upload leave.
    later: list[Any]
    now: Any
    lease_ends_at: Any
    in_doubt_until: Any


def make(
    *, at: datetime, days: int, chance: random.Random, stamp: Callable[[datetime], Any]
) -> Moments:
    """`stamp` makes of an instant what a row holds."""
    lease = timedelta(seconds=90)

    def past() -> Moment:
        # The last five minutes stay free: what is counted afterwards is counted later than that.
        age = timedelta(minutes=5) + timedelta(days=days) * chance.random() ** 2
        then = at - age
        begun = then - timedelta(milliseconds=chance.randrange(60, 900))
        return Moment(stamp(then), stamp(begun), stamp(begun + lease))

    return Moments(
        past=[past() for _ in range(_COUNT)],
        soon=[stamp(at + timedelta(seconds=chance.randrange(5, 900))) for _ in range(500)],
        later=[stamp(at + timedelta(minutes=chance.randrange(60, 43_200))) for _ in range(2_000)],
        now=stamp(at),
        lease_ends_at=stamp(at + lease),
        in_doubt_until=stamp(at + timedelta(seconds=120)),
    )
