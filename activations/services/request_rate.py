"""How often an API key may ask: counted per minute in Redis, for all processes together.

Where there is no Redis, or it cannot be reached, each process counts in its own memory: profiles
are taken all the same, and the limit is then as many times higher as there are processes.
"""

import logging
import threading
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.cache import BaseCache, cache
from django.core.cache.backends.locmem import LocMemCache
from redis import RedisError

logger = logging.getLogger(__name__)

# A Redis that is away may answer only after a time-out: not every request has to wait for it.
_LEAVE_ALONE_FOR: Final = timedelta(seconds=5)
_KEEP_SECONDS: Final = 120


class _Counters:
    """Asks the shared counter, or our own while the shared one is away."""

    def __init__(self) -> None:
        self._own = LocMemCache("request-rate", {})
        self._away_until: datetime | None = None
        # Reading and adding are two steps in memory.
        self._lock = threading.Lock()

    def add_one(self, *, counter: str, at: datetime) -> int:
        """The count with this one."""
        if self._away_until is None or at >= self._away_until:
            try:
                count = _add_one(cache, counter)
            except RedisError as error:
                logger.warning("rate.redis_away error=%s", type(error).__name__)
                self._away_until = at + _LEAVE_ALONE_FOR
            else:
                self._away_until = None
                return count
        with self._lock:
            return _add_one(self._own, counter)

    def start_over(self) -> None:
        self._own.clear()
        self._away_until = None


_counters: Final = _Counters()


def seconds_to_wait(*, api_key_id: int, at: datetime) -> int:
    """Until the next minute when this key has used up the present one, else 0."""
    minute = int(at.timestamp() // 60)
    count = _counters.add_one(counter=f"ingest:{api_key_id}:{minute}", at=at)
    return 60 - at.second if count > settings.INGEST_REQUESTS_PER_MINUTE else 0


def start_over() -> None:
    """Forget what this process counted by itself, and ask Redis again at once."""
    _counters.start_over()


def _add_one(counters: BaseCache, counter: str) -> int:
    counters.add(counter, 0, timeout=_KEEP_SECONDS)
    try:
        return counters.incr(counter)
    except ValueError:
        # Someone emptied the cache in between: the counting begins anew.
        return 1
