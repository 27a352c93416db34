"""How long after the API's 202 does the request reach Zendesk, at five changes a second?

A web process and a worker run as `serve` starts them, under the real limit, with the sandbox
counting as Zendesk does. Changes of people whom Zendesk knows already come one by one over HTTP;
each is followed from the 202 in the client's hands to the first request about that person in the
sandbox's ledger (one clock: the machine's). Then the same while a backfill is sent: it is opened
in the first second, and the limit sees to it that it is not over before the end.
"""

import json
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from tests.bench import people, product
from tests.bench.databases import Kind
from tests.bench.grounds import Grounds
from tests.bench.interleaving import say
from tests.bench.measuring import Failed
from tests.bench.options import Options
from tests.bench.product import Api
from tests.bench.simulator import Simulator
from tests.bench.table import Column, Report, Row, Table, Target, judged
from tests.bench.workspace import BOTH_SENT, VIP_SENT, Workspace

TARGETS = (
    "p50 under 1 s, p99 under 3 s, at 5 changes a second (--minutes 3)",
    "the same while a backfill of 100,000 is sent (--backfill 100000)",
)
CHANGES_PER_SECOND = 5.0
LIMIT_PER_SECOND = 8.47
MINUTES = 0.5
LIVE = "live"
# Whoever has not arrived so long after the last change counts as never.
DRAIN_SECONDS = 30.0
MOST_SECONDS = {"p50": 1.0, "p99": 3.0}
COLUMNS = (
    Column("changes", "changes"),
    Column("p50", "p50 s", 2),
    Column("p99", "p99 s", 2),
    Column("most", "most s", 2),
    Column("missing", "never"),
    Column("answered", "202 within, p99 s", 2),
    Column("others", "backfill requests"),
)


@dataclass(frozen=True, slots=True)
class _Change:
    """One change as its sender saw it, in wall seconds."""

    identity: str
    posted_at: float
    answered_at: float


def run(*, grounds: Grounds, options: Options) -> Report:
    minutes = options.minutes or MINUTES
    report = Report(f"freshness: {CHANGES_PER_SECOND:g} changes/s, {minutes:g} minutes each")
    rows = [row for kind in options.databases for row in _course(grounds, kind, options, minutes)]
    report.tables.append(Table("from the 202 to the sandbox", COLUMNS, rows))
    report.targets.extend(target for row in rows for target in _targets(row))
    return report


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _course(grounds: Grounds, kind: Kind, options: Options, minutes: float) -> list[Row]:
    count = round(minutes * 60 * CHANGES_PER_SECOND)
    with ExitStack() as stack:
        simulator = stack.enter_context(grounds.simulator(has_ledger=True))
        blank = stack.enter_context(grounds.workspace(kind))
        space = product.brokered(grounds, blank).towards(
            simulator, requests_per_second=LIMIT_PER_SECOND
        )
        _prepare(grounds, space, simulator, count=count, backfill=options.backfill)
        api = stack.enter_context(product.web(space))
        stack.enter_context(product.workers(space))
        return _both(space, api, simulator, kind=kind, count=count, backfill=options.backfill)


def _both(
    space: Workspace, api: Api, simulator: Simulator, *, kind: Kind, count: int, backfill: int
) -> list[Row]:
    """Without, then during the backfill."""
    name = "PostgreSQL and Redis" if kind is Kind.POSTGRESQL else "SQLite, embedded"
    # One change on its own first: the worker is up when the clock begins to run.
    if not _arrived(_change(api, 1, edition="bronze"), simulator):
        raise Failed(f"no change reached the sandbox within {DRAIN_SECONDS:g} s")
    say(f"{name}: {count} changes")
    quiet = _figures(_change(api, count, edition="silver"), simulator)
    say(f"{name}: {count} changes while {backfill:,} others are sent")
    space.apply(BOTH_SENT)
    busy = _figures(_change(api, count, edition="bronze"), simulator)
    status, _ = space.ask("status")
    if status["destinations"][0]["deliveries"]["pending"] == 0:
        raise Failed("the backfill was over before the changes were: give --backfill more")
    return [
        Row(f"{name}: nothing else to do", quiet),
        Row(f"{name}: backfill of {backfill:,}", busy),
    ]


def _prepare(
    grounds: Grounds, space: Workspace, simulator: Simulator, *, count: int, backfill: int
) -> None:
    """Those who will change are known to Zendesk; those of the backfill wait to be activated."""
    say(f"{space.database.kind}: {backfill:,} profiles come in first")
    space.prepare(VIP_SENT)
    path = grounds.folder / "freshness.jsonl"
    space.ingest(people.write_profiles(path=path, numbers=range(count), kind=LIVE))
    space.towards(simulator, requests_per_second=0).deliver()
    numbers = range(backfill)
    space.ingest(people.write_profiles(path=path, numbers=numbers, audience=people.NEWSLETTER))
    path.unlink()
    simulator.throttle("json429")


def _change(api: Api, count: int, *, edition: str) -> list[_Change]:
    """Each person once, five a second; what a late answer held up is caught up with."""
    changes = []
    started = time.time()
    with api.client() as client:
        for number in range(count):
            body = json.dumps(people.profile(number, kind=LIVE, edition=edition)).encode()
            time.sleep(max(0.0, started + number / CHANGES_PER_SECOND - time.time()))
            posted_at = time.time()
            client.post(body)
            identity = people.email(number, kind=LIVE)
            changes.append(_Change(identity, posted_at, time.time()))
    return changes


def _figures(changes: Sequence[_Change], simulator: Simulator) -> dict[str, float]:
    arrived = _arrived(changes, simulator)
    # Who never came has waited until now, at least.
    now = time.time()
    waits = [arrived.get(change.identity, now) - change.answered_at for change in changes]
    since = changes[0].posted_at
    live = {change.identity for change in changes}
    others = [a for a in simulator.arrivals() if a.at >= since and a.identity not in live]
    return {
        "changes": len(changes),
        "p50": percentile(waits, 0.5),
        "p99": percentile(waits, 0.99),
        "most": max(waits),
        "missing": len(changes) - len(arrived),
        "answered": percentile([c.answered_at - c.posted_at for c in changes], 0.99),
        "others": sum(arrival.is_write for arrival in others),
    }


def _arrived(changes: Sequence[_Change], simulator: Simulator) -> Mapping[str, float]:
    """When the first request about each came, once all have come or the time is over."""
    posted = {change.identity: change.posted_at for change in changes}
    deadline = time.monotonic() + DRAIN_SECONDS
    while True:
        found: dict[str, float] = {}
        for arrival in simulator.arrivals():
            identity = arrival.identity or ""
            if arrival.is_write and arrival.at >= posted.get(identity, math.inf):
                found.setdefault(identity, arrival.at)
        if len(found) == len(posted) or time.monotonic() > deadline:
            return found
        time.sleep(0.5)


def _targets(row: Row) -> list[Target]:
    return [
        judged(
            wanted=f"{row.label}: {key} under {most:g} s",
            figure=f"{row.figures[key]:.2f} s",
            is_met=row.figures[key] < most,
        )
        for key, most in MOST_SECONDS.items()
    ]
