"""Workers that stand still while they deliver, past their lease or for a moment."""

import functools
import random
import time
from collections.abc import Sequence

from tests.torture import crew as crews
from tests.torture.crew import Claim, Crew
from tests.torture.ledger import Request
from tests.torture.registry import scenario
from tests.torture.setting import REAL_PACE, Setting
from tests.torture.trial import Trial
from tests.torture.verdict import Check

# Workers that stand still at one time, each with a nemesis of its own.
AT_ONCE = 3
# What the product calls its own counts of refused settlements and of turns not used in time.
STALE_COUNT, MISSED_COUNT = "stale", "missed-turn"
# From less than the distance of two turns to more than ten of them.
MOMENT_SECONDS = (0.03, 1.5)
# In the second after a stop so many requests show that those who went on met others at work.
BUSY = 6
TOO_MANY_REQUESTS = 429


@scenario(
    name="stop-past-lease",
    target="stop a worker past its lease, let another deliver newer data, continue it; 300 times: "
    "verdict clean; every stale settle rejected and counted",
)
def stop_past_lease(trial: Trial) -> None:
    stops = trial.size(300, quick=3)
    setting = Setting(deadline=1.0, lease=3.0, settle=2.0, latency=0.05)
    trial.open(setting, workers=AT_ONCE + 1)
    crew = trial.crew_at_work()
    # Few people and many changes: who stands still holds somebody who changes meanwhile.
    feed = trial.feed(batch=20, per_second=120)
    feed.start(trial.changes(people=200, rounds=None))
    lost = LostClaims(trial)
    stand_still = functools.partial(crew.stand_still, seconds=setting.lease + 1.0, then=lost.look)
    nemeses = [trial.nemesis(gap=(0.1, 1.0)) for _ in range(min(AT_ONCE, stops))]
    for number, nemesis in enumerate(nemeses):
        share = len(range(number, stops, len(nemeses)))
        nemesis.plan("a worker stopped past its lease", times=share, act=stand_still)
        nemesis.start()
    deadline = time.monotonic() + 60 + stops * 8
    for nemesis in nemeses:
        nemesis.wait(seconds=deadline - time.monotonic())
    feed.stop()
    trial.judge()
    _judge_stale(trial, crew, lost)


@scenario(
    name="stop-at-the-limit",
    target="stop workers for a moment or past their lease at the real limit, 150 times: verdict "
    "clean; at most 10 requests in any one second as the server saw them, none throttled",
    quick=True,
)
def stop_at_the_limit(trial: Trial) -> None:
    setting = Setting(rate=REAL_PACE, is_throttling=True, deadline=1.0, lease=3.0, settle=2.0)
    trial.open(setting, workers=AT_ONCE + 1)
    crew = trial.crew_at_work()
    # More than can be sent: every turn is wanted.
    feed = trial.feed(batch=20, per_second=3 * REAL_PACE)
    feed.start(trial.changes(people=100, rounds=None))
    went_on: list[float] = []
    past_lease = functools.partial(_pause, crew, went_on, (setting.lease + 0.5,) * 2)
    moment = functools.partial(_pause, crew, went_on, MOMENT_SECONDS)
    stops = [trial.size(120, quick=6), trial.size(30, quick=2)]
    nemeses = [trial.nemesis(gap=(0.1, 0.6)) for _ in stops]
    nemeses[0].plan("a worker stopped for a moment", times=stops[0], act=moment)
    nemeses[1].plan("a worker stopped past its lease", times=stops[1], act=past_lease)
    for nemesis in nemeses:
        nemesis.start()
    deadline = time.monotonic() + 60 + sum(stops) * 8
    for nemesis in nemeses:
        nemesis.wait(seconds=deadline - time.monotonic())
    feed.stop()
    trial.judge()
    requests = trial.requests()
    throttled = sum(request.status == TOO_MANY_REQUESTS for request in requests)
    trial.at_most("requests throttled", throttled, 0)
    busy = busy_returns(requests, went_on)
    trial.seen("stops that ended amid requests of others", planned=sum(stops) // 3, seen=busy)
    trial.note(f"{_counted(trial, MISSED_COUNT)} requests missed their turn at the last moment")


def _pause(
    crew: Crew, went_on: list[float], between: tuple[float, float], chance: random.Random
) -> bool:
    was_done = crew.pause(chance, seconds=chance.uniform(*between))
    if was_done:
        went_on.append(time.monotonic())
    return was_done


def busy_returns(requests: Sequence[Request], went_on: Sequence[float]) -> int:
    """After how many of these instants (monotonic) a second followed that was nearly full."""
    times = [request.accepted_mono for request in requests]
    return sum(sum(at <= time < at + 1 for time in times) >= BUSY for at in went_on)


class LostClaims:
    """Claims that were lost while their worker stood still, by the log of attempts."""

    def __init__(self, trial: Trial) -> None:
        self._ground = trial.ground
        self._seen: set[Claim] = set()

    def look(self) -> None:
        """Just before a stopped worker goes on: somebody else has the row, or had it, and nobody
        has said anything of these yet."""
        rows = self._ground.sql(
            "SELECT a.delivery_id, a.fence FROM activations_attempt a "
            "JOIN activations_delivery d ON d.id = a.delivery_id "
            "WHERE a.outcome IN ('', 'superseded') AND (d.fence > a.fence OR d.state <> 'leased')"
        )
        self._seen |= set(rows)

    def came_back(self) -> set[Claim]:
        """Those of which the worker noted an answer after all."""
        rows = self._ground.sql(
            "SELECT delivery_id, fence FROM activations_attempt "
            "WHERE outcome NOT IN ('', 'superseded')"
        )
        return self._seen & set(rows)


def _judge_stale(trial: Trial, crew: Crew, lost: LostClaims) -> None:
    refused = [claim for process in crew.everybody for claim in crews.refused_claims(process)]
    came_back, counted = lost.came_back(), _counted(trial, STALE_COUNT)
    trial.verdict.checks += stale_checks(came_back=came_back, refused=refused, counted=counted)
    trial.seen("answers for claims seen to be lost", planned=1, seen=len(came_back))
    trial.note(f"{counted} stale settles refused, {len(came_back)} of claims seen to be lost")


def stale_checks(*, came_back: set[Claim], refused: Sequence[Claim], counted: int) -> list[Check]:
    """Every answer that came back for a lost claim was refused, claim by claim, and counted.

    Refused shows in the worker's own log, and in V1 to V3, which would not be 0. A settlement
    that had to be tried again for the database's sake says so twice and is counted once.
    """
    missing = sorted(came_back - set(refused))
    return [
        Check(
            "answers for lost claims not refused",
            len(missing),
            0,
            examples=[f"delivery {delivery}, claim {fence}" for delivery, fence in missing[:5]],
        ),
        Check("refused, but not counted", max(0, len(set(refused)) - counted), 0),
        Check("counted, but not refused", max(0, counted - len(refused)), 0),
    ]


def _counted(trial: Trial, name: str) -> int:
    """What the product has counted under this name."""
    ask = "SELECT coalesce(sum(value), 0) FROM activations_count WHERE name = %s"
    return int(trial.ground.sql(ask, [name])[0][0])
