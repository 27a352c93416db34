"""Counts of so many rows that a page must not wait for each: remembered for some seconds.

Half a minute of the limit is 254 contacts: of a hundred thousand nobody sees the difference, and
whoever watches a page asks every few seconds.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.cache import cache
from redis import RedisError

logger = logging.getLogger(__name__)

LARGE: Final = 100_000
KEEP_SECONDS: Final = 30


def recalled(*, about: str) -> Mapping[Any, int]:
    """Those that are known, by name or key; none while the cache is away."""
    return _get(about)


def of(*, about: str, count: Callable[[], int]) -> int:
    """A single count, asked for unless it is known."""
    known = recalled(about=about)
    if "all" in known:
        return known["all"]
    found = count()
    remember(about=about, counts={"all": found})
    return found


def of_each(*, about: str, count: Callable[[], Mapping[int, int]]) -> Mapping[int, int]:
    """Counts by key, asked for unless they are known: all are kept when they are large together."""
    known = _get(about)
    if known:
        return known
    found = count()
    remember_all(about=about, counts=found)
    return found


def remember_all(*, about: str, counts: Mapping[int, int]) -> None:
    """Keep them by their keys when they are large together."""
    if sum(counts.values()) >= LARGE:
        _keep(about, counts)


def remember(*, about: str, counts: Mapping[str, int]) -> None:
    """Keep those that are large; small ones are counted each time."""
    if large := {name: count for name, count in counts.items() if count >= LARGE}:
        _keep(about, large)


def _get(about: str) -> Mapping[Any, int]:
    try:
        found: Mapping[Any, int] = cache.get(_key(about), {})
    except RedisError as error:
        logger.warning("counts.cache_away error=%s", type(error).__name__)
        return {}
    return found


def _keep(about: str, counts: Mapping[Any, int]) -> None:
    try:
        cache.set(_key(about), dict(counts), KEEP_SECONDS)
    except RedisError as error:
        logger.warning("counts.cache_away error=%s", type(error).__name__)


def _key(about: str) -> str:
    return f"large-counts:{about}"
