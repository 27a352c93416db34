"""Is the real limit used, and never passed? Two workers, a backfill, checks, and kill -9 on top.

The sandbox counts as Zendesk does and answers 429 above ten in a second. Everything is read from
its ledger: the rate from the first write on for the whole time (what the kills cost is in it), and
the most requests in any one second, wherever that second begins.
"""

import itertools
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.bench import people, product
from tests.bench.databases import Kind
from tests.bench.grounds import Grounds
from tests.bench.interleaving import say
from tests.bench.measuring import Failed
from tests.bench.options import Options
from tests.bench.product import Running
from tests.bench.simulator import Arrival, Simulator
from tests.bench.table import Column, Report, Row, Table, Target, judged, not_judged
from tests.bench.workspace import BOTH_SENT, DESTINATION, UNSENT, Workspace

TARGETS = (
    "at least 8.2 requests/s sustained (10 minutes: --minutes 10)",
    "never more than 10 requests in any one second",
    "none throttled",
)
LIMIT_PER_SECOND = 8.47
MINUTES = 1.0
TARGET_MINUTES = 10.0
WORKERS = 2
KILL_EVERY_SECONDS = 30.0
CHECK_EVERY_SECONDS = 20.0
START_SECONDS = 60.0
COLUMNS = (
    Column("minutes", "minutes", 1),
    Column("requests", "requests"),
    Column("rate", "per second", 2),
    Column("most", "most in any second"),
    Column("throttled", "throttled"),
    Column("kills", "kills"),
    Column("checks", "connection checks"),
)


@dataclass(slots=True)
class _Course:
    """What was done to the workers while the clock ran."""

    kills: int = 0
    checks: int = 0
    began_at: float = 0.0
    ended_at: float = 0.0
    arrivals: list[Arrival] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        within = [a for a in self.arrivals if self.began_at <= a.at <= self.ended_at]
        seconds = self.ended_at - self.began_at
        return {
            "minutes": seconds / 60,
            "requests": len(within),
            "rate": len(within) / seconds,
            "most": most_in_a_second([arrival.at for arrival in self.arrivals]),
            "throttled": Counter(arrival.status for arrival in self.arrivals)[429],
            "kills": self.kills,
            "checks": self.checks,
        }


def run(*, grounds: Grounds, options: Options) -> Report:
    minutes = options.minutes or MINUTES
    report = Report(f"limit: {LIMIT_PER_SECOND}/s, {WORKERS} workers, backfill, checks, kills")
    rows = []
    for kind in options.databases:
        say(f"{kind}: {minutes:g} minutes under the limit")
        rows.append(Row(_label(kind), _course(grounds, kind, minutes).figures()))
    report.tables.append(Table("database", COLUMNS, rows))
    for row in rows:
        report.targets.extend(_targets(row))
    return report


def most_in_a_second(instants: Sequence[float]) -> int:
    """The most of these ascending instants within one second, wherever it begins."""
    most, first = 0, 0
    for place, instant in enumerate(instants):
        while instant - instants[first] >= 1.0:
            first += 1
        most = max(most, place - first + 1)
    return most


def _label(kind: Kind) -> str:
    return "PostgreSQL and Redis" if kind is Kind.POSTGRESQL else "SQLite, embedded"


def _course(grounds: Grounds, kind: Kind, minutes: float) -> _Course:
    with ExitStack() as stack:
        simulator = stack.enter_context(grounds.simulator(throttle="json429", has_ledger=True))
        blank = stack.enter_context(grounds.workspace(kind))
        space = product.brokered(grounds, blank).towards(
            simulator, requests_per_second=LIMIT_PER_SECOND
        )
        _line_up(grounds, space, minutes)
        workers = stack.enter_context(product.workers(space, count=WORKERS))
        # Configured while the workers run: members are lined up while others are sent already.
        space.apply(BOTH_SENT)
        course = _Course(began_at=_first_write(simulator))
        _disturb(course, space, workers, until=course.began_at + minutes * 60)
        course.arrivals = simulator.arrivals()
        _check_that_work_was_left(space)
    return course


def _line_up(grounds: Grounds, space: Workspace, minutes: float) -> None:
    """Half as many again as the limit lets through, members of two audiences not yet sent."""
    space.prepare(UNSENT)
    count = int(minutes * 60 * LIMIT_PER_SECOND * 1.5) + 500
    for number, audience in enumerate((people.VIP, people.NEWSLETTER)):
        numbers = range(number * count // 2, (number + 1) * count // 2)
        path = grounds.folder / "limit.jsonl"
        space.ingest(people.write_profiles(path=path, numbers=numbers, audience=audience))


def _first_write(simulator: Simulator) -> float:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for arrival in simulator.arrivals():
            if arrival.is_write:
                return arrival.at
        time.sleep(0.2)
    raise Failed(f"no contact was sent within {START_SECONDS:g} s")


def _disturb(
    course: _Course, space: Workspace, workers: Sequence[Running], *, until: float
) -> None:
    """Kill the workers in turn, each starts again at once; check the connection meanwhile."""
    victims = itertools.cycle(workers)
    kill_at = time.time() + KILL_EVERY_SECONDS / 2
    check_at = time.time() + CHECK_EVERY_SECONDS / 2
    while (now := time.time()) < until:
        if now >= kill_at:
            victim = next(victims)
            victim.kill()
            victim.start_again()
            course.kills += 1
            kill_at += KILL_EVERY_SECONDS
        if now >= check_at:
            space.ask("check_connection", DESTINATION)
            course.checks += 1
            check_at += CHECK_EVERY_SECONDS
        time.sleep(0.1)
    course.ended_at = until


def _check_that_work_was_left(space: Workspace) -> None:
    status, _ = space.ask("status")
    if status["destinations"][0]["deliveries"]["pending"] == 0:
        raise Failed("everything was sent before the time was over: the rate says nothing")


def _targets(row: Row) -> list[Target]:
    found = row.figures
    wanted = f"{row.label}: at least 8.2 requests/s sustained"
    rate = f"{found['rate']:.2f}/s for {found['minutes']:.1f} minutes"
    if found["minutes"] < TARGET_MINUTES:
        sustained = not_judged(wanted=wanted, why=f"{rate}; needs --minutes {TARGET_MINUTES:g}")
    else:
        sustained = judged(wanted=wanted, figure=rate, is_met=found["rate"] >= 8.2)
    return [
        sustained,
        judged(
            wanted=f"{row.label}: at most 10 in any one second",
            figure=f"{found['most']:.0f}",
            is_met=found["most"] <= 10,
        ),
        judged(
            wanted=f"{row.label}: none throttled",
            figure=f"{found['throttled']:.0f}",
            is_met=found["throttled"] == 0,
        ),
    ]
