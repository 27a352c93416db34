"""What time is it in the sandbox? Wall and monotonic seconds, and how instants are spelt."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Clock:
    """Two sources of seconds; tests pass their own to move time without sleeping."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


@lru_cache(maxsize=8)
def _spell(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def timestamp(*, at: float) -> str:
    """ISO 8601 in UTC with second precision, as Sell writes every instant."""
    return _spell(int(at))


def precise(*, at: float) -> str:
    """The same with milliseconds: for the request log, never for the API."""
    return f"{_spell(int(at))[:-1]}.{int(at % 1 * 1000):03d}Z"
