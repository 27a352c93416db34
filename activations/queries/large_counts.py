"""Counts of so many rows that a page must not wait for each: remembered for some seconds.

Half a minute of the limit is 254 contacts: of a hundred thousand nobody sees the difference, and
whoever watches a page asks every few seconds.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Final

from django.core.cache import cache
from redis import RedisError

logger = logging.getLogger(__name__)

LARGE: Final = 100_000
KEEP_SECONDS: Final = 30


def recalled(*, about: str) -> Mapping[str, int]:
    """Those that are known, by name; none while the cache is away."""
    try:
        found: Mapping[str, int] = cache.get(_key(about), {})
    except RedisError as error:
        logger.warning("counts.cache_away error=%s", type(error).__name__)
        return {}
    return found


def of(*, about: str, count: Callable[[], int]) -> int:
    """A single count, asked for unless it is known."""
    known = recalled(about=about)
    if "all" in known:
        return known["all"]
    found = count()
    remember(about=about, counts={"all": found})
    return found


def remember(*, about: str, counts: Mapping[str, int]) -> None:
    """Keep those that are large; small ones are counted each time."""
    large = {name: count for name, count in counts.items() if count >= LARGE}
    if not large:
        return
    try:
        cache.set(_key(about), large, KEEP_SECONDS)
    except RedisError as error:
        logger.warning("counts.cache_away error=%s", type(error).__name__)


def _key(about: str) -> str:
    return f"large-counts:{about}"
