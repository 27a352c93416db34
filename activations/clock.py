"""What time is it? The database's clock, which every process agrees on."""

import time
from datetime import datetime, timedelta

from activations.deliveries.store import claims
from activations.deliveries.store.claims import now

__all__ = ["SteadyClock", "now"]

# Also counts while the machine sleeps: a lease is not longer for having slept.
_UPTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class SteadyClock:
    """Reads the database's clock now and then, and carries it on by one nobody can turn back.

    Any thread may ask it; only `read_anew` touches the database.
    """

    def __init__(self) -> None:
        self.read_anew()

    def __call__(self) -> datetime:
        at, uptime = self._read
        return at + timedelta(seconds=time.clock_gettime(_UPTIME) - uptime)

    @property
    def age_seconds(self) -> float:
        """How long ago the database was asked."""
        return time.clock_gettime(_UPTIME) - self._read[1]

    def read_anew(self) -> None:
        """Ask the database again: clocks of two machines drift apart."""
        self._read = claims.now(), time.clock_gettime(_UPTIME)
