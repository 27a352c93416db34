"""What happened hour by hour, as counts: runs, runs of audiences, traffic. Knows no database."""

import math
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from activations.services.large_demo.layout import ENABLED, FLOWS, Flow, Layout
from activations.terms import IngestSource

RUN_COLUMNS: Final = (
    *("uuid", "destination_id", "started_at", "profiles_received", "identities_activated"),
    *("identities_excluded", "identities_failed", "requests_sent", "requests_throttled"),
)
AUDIENCE_RUN_COLUMNS: Final = (
    *("destination_id", "audience_id", "started_at", "activated", "excluded", "failed"),
)
INGEST_COLUMNS: Final = ("source", "started_at", "code", "count")
_HOUR: Final = timedelta(hours=1)
# Code of a rejection, and its share of what comes in; accepted has none.
_API: Final = (("", 1.0), ("no-identity", 0.004), ("invalid-membership", 0.001))
_UPLOAD: Final = (("", 0.2), ("invalid-email", 0.002))
_RECORDS_AN_HOUR: Final = 4_000


@dataclass(frozen=True, slots=True)
class Run:
    """One hour of one flow."""

    flow: int
    started_at: datetime
    activated: int
    excluded: int
    failed: int


def hours(*, layout: Layout, at: datetime) -> list[datetime]:
    """The starts of all hours with a run, the present one at the end."""
    now = at.replace(minute=0, second=0, microsecond=0)
    return [now - back * _HOUR for back in range(layout.size.hours, -1, -1)]


def runs(*, layout: Layout, at: datetime, chance: random.Random) -> Iterator[Run]:
    """One for each hour of every flow that sends; one that was stopped ended a day ago."""
    for started_at in hours(layout=layout, at=at):
        part = min((at - started_at) / _HOUR, 1.0)
        for number, flow in enumerate(FLOWS):
            if flow.hourly and (flow.status == ENABLED or at - started_at > timedelta(days=1)):
                yield _run(number, flow, started_at, part * _pulse(started_at, chance), chance)


def run_row(*, run: Run, stamp: Callable[[datetime], Any], chance: random.Random) -> Any:
    """A row of `RUN_COLUMNS`."""
    sent = run.activated + run.failed
    return (
        *(uuid.UUID(int=chance.getrandbits(128), version=4).hex, run.flow + 1),
        *(stamp(run.started_at), sent + run.excluded, run.activated, run.excluded, run.failed),
        *(sent, chance.randrange(20) if sent > 1_000 else 0),
    )


def audience_rows(
    *, run: Run, layout: Layout, stamp: Callable[[datetime], Any], chance: random.Random
) -> Iterator[tuple[Any, ...]]:
    """The audiences of a run by their size; who had nothing in that hour has no row."""
    indexes = layout.sent[run.flow]
    total = sum(map(layout.weight, indexes))
    started_at = stamp(run.started_at)
    for index in indexes:
        share = layout.weight(index) / total
        counts = [
            int(share * count + chance.random())
            for count in (run.activated, run.excluded, run.failed)
        ]
        if any(counts):
            yield (run.flow + 1, index + 1, started_at, *counts)


def traffic(
    *, layout: Layout, at: datetime, stamp: Callable[[datetime], Any], chance: random.Random
) -> Iterator[tuple[Any, ...]]:
    """What came in over HTTP and by files, by hour and code."""
    for started_at in hours(layout=layout, at=at):
        many = _RECORDS_AN_HOUR * _pulse(started_at, chance)
        for source, codes in ((IngestSource.API, _API), (IngestSource.UPLOAD, _UPLOAD)):
            for code, share in codes:
                if count := int(many * share * chance.random() * 2):
                    yield source.value, stamp(started_at), code, count


def _run(number: int, flow: Flow, started_at: datetime, pulse: float, chance: random.Random) -> Run:
    activated = int(flow.hourly * pulse + chance.random())
    # Now and then a bad hour.
    failing = flow.failing * (8 if chance.random() < 0.01 else 1)
    return Run(
        flow=number,
        started_at=started_at,
        activated=activated,
        excluded=int(activated * 0.03 + chance.random()),
        failed=int(activated * failing + chance.random()),
    )


def _pulse(started_at: datetime, chance: random.Random) -> float:
    """More by day than by night, less at the weekend, never twice the same."""
    day = 1 - 0.8 * math.cos(2 * math.pi * (started_at.hour - 2) / 24)
    weekend = 0.6 if started_at.weekday() >= 5 else 1.0
    return day * weekend * (0.7 + 0.6 * chance.random())
