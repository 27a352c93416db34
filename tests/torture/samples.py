"""Once a second: does the invariant hold, and how far is the work?

`reliability.md` 3.5 in our columns: a row that says `delivered` has nothing newer to send, no
request that may still land, and no attempt of unknown outcome. Asked in one statement, so that
it is one instant, on a connection that belongs to nobody else.
"""

import math
import sqlite3
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import psycopg

from tests.torture.databases import PostgreSQL, SQLite

EVERY_SECONDS = 1.0

VIOLATIONS = """
SELECT id, 0, 'delivered ' || delivered_seq || ' of ' || desired_seq || ', in doubt until '
    || coalesce(CAST(unsettled_until AS text), 'never') FROM activations_delivery
    WHERE state = 'delivered' AND (delivered_seq <> desired_seq OR unsettled_until IS NOT NULL)
UNION ALL
SELECT d.id, a.id, 'claim ' || a.fence || ' begun ' || a.started_at || ' is open, the row is at '
    || d.fence || ', delivered ' || d.delivered_at FROM activations_attempt a
    JOIN activations_delivery d ON d.id = a.delivery_id
    WHERE a.outcome = '' AND d.state = 'delivered'
"""
STATES = "SELECT state, count(*), max(crashes), max(attempts) FROM activations_delivery GROUP BY 1"
OPEN = ("pending", "leased", "waiting")
# Of the seconds of a run so many must have been looked at, or the run says nothing of the others.
ENOUGH = 0.8
# What PostgreSQL says while it goes down or comes up; without a code nobody answered at all.
_AWAY = (None, "57P01", "57P02", "57P03")
# A file of SQLite cannot be opened while its disk has no byte left for the index of its log.
_NO_ROOM_TO_OPEN = sqlite3.SQLITE_IOERR_SHMSIZE


@dataclass(frozen=True, slots=True)
class Sample:
    """`at` is monotonic seconds."""

    at: float
    # A line for each row that breaks the invariant, by its id.
    violations: dict[int, str]
    states: dict[str, int]
    crashes: int

    @property
    def open(self) -> int:
        return sum(self.states.get(state, 0) for state in OPEN)


def history(database: SQLite | PostgreSQL, delivery: int) -> list[str]:
    """All attempts of a row as they stand, for whoever asks how it came to that."""
    rows = database.query(
        "SELECT fence, started_at, deadline_at, outcome FROM activations_attempt "
        "WHERE delivery_id = %s ORDER BY fence",
        [delivery],
    )
    return [
        f"  claim {fence} begun {started}, lease until {ends}: {outcome or 'open'}"
        for fence, started, ends, outcome in rows
    ]


@dataclass(slots=True)
class Sampler:
    """A thread beside the run. While the database is away there is nothing to look at."""

    database: SQLite | PostgreSQL
    taken: list[Sample] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)
    # Seconds from the first look to the last, and those of them the database was away.
    seconds: float = 0.0
    away_seconds: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(30)

    def take(self) -> Sample:
        """One sample, now. Raises what the database raises."""
        found = self.database.query(VIOLATIONS)
        rows = self.database.query(STATES)
        return Sample(
            at=time.monotonic(),
            violations={
                row: f"delivery {row}, attempt {log}: {words}" for row, log, words in found
            },
            states={state: count for state, count, _, _ in rows},
            crashes=max((crashes for _, _, crashes, _ in rows), default=0),
        )

    @property
    def planned(self) -> int:
        """How many samples there must be at least."""
        return math.floor(ENOUGH * max(0.0, self.seconds - self.away_seconds) / EVERY_SECONDS)

    def _run(self) -> None:
        started = next_at = time.monotonic()
        while not self._stop.wait(max(0.0, next_at - time.monotonic())):
            looked_at = time.monotonic()
            try:
                self.taken.append(self.take())
            except (psycopg.Error, sqlite3.Error) as error:
                self.missed[type(error).__name__] += 1
                if is_away(error):
                    self.away_seconds += max(EVERY_SECONDS, time.monotonic() - looked_at)
            # A look that took longer than a second has missed those that it filled.
            next_at = max(next_at + EVERY_SECONDS, time.monotonic())
        self.seconds = time.monotonic() - started


def is_away(error: psycopg.Error | sqlite3.Error) -> bool:
    """Nobody can open the database, not the product either; who is only busy is waited for."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == _NO_ROOM_TO_OPEN
    return isinstance(error, psycopg.OperationalError) and error.sqlstate in _AWAY
