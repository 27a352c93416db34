"""How long does the web process take for each address? Asked from outside, one after another.

All addresses once, then all again: a busy minute hits all alike, and nothing is warm only because
it was asked for a moment ago.
"""

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from tests.bench.interleaving import say
from tests.bench.measuring import Failed
from tests.bench.pages.survey import Asked, Shape

# A file is as long as there are profiles: what counts is when it begins.
_FIRST_BYTES = 65_536
# In a row, since processor time is counted in hundredths of a second.
_TIMES_FOR_CPU = 5


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks as somebody who is signed in; `cpu_seconds` is what the servers spent so far."""

    host: str
    cookie: str
    cpu_seconds: Callable[[], float]

    def milliseconds(self, *, asked: Sequence[Asked], rounds: int) -> dict[str, list[float]]:
        """By label, so many of each, after one that does not count. Raises Failed."""
        found: dict[str, list[float]] = {one.label: [] for one in asked}
        for number in range(rounds + 1):
            say(f"round {number} of {rounds}, {len(asked)} addresses")
            for one in asked:
                took = self._ask(one)
                if number:
                    found[one.label].append(took)
        return found

    def cpu_milliseconds(self, *, asked: Sequence[Asked]) -> dict[str, float]:
        """Processor time of all that answers, on average. Raises Failed."""
        found = {}
        for one in asked:
            spent = self.cpu_seconds()
            for _ in range(_TIMES_FOR_CPU):
                self._ask(one)
            found[one.label] = 1000 * (self.cpu_seconds() - spent) / _TIMES_FOR_CPU
        return found

    def _ask(self, one: Asked) -> float:
        with closing(http.client.HTTPConnection(self.host, timeout=120)) as connection:
            # A browser keeps its connection: opening it is not counted.
            connection.connect()
            began = time.perf_counter()
            connection.request("GET", one.path, headers=self._headers(one.headers))
            answer = connection.getresponse()
            answer.read(_FIRST_BYTES if one.shape == Shape.FILE else None)
            ended = time.perf_counter()
            if answer.status >= 400 and answer.status != 410:
                raise Failed(f"GET {one.path} answered {answer.status}")
        return 1000 * (ended - began)

    def _headers(self, more: Mapping[str, str]) -> dict[str, str]:
        return {"Cookie": self.cookie, **more}
