"""Workers that are killed, stopped and asked to end while they deliver."""

import functools
import time

from tests.torture import crew as crews
from tests.torture import ledger
from tests.torture.crew import Crew
from tests.torture.databases import SQLITE, seconds_of
from tests.torture.registry import scenario
from tests.torture.setting import Setting
from tests.torture.trial import Trial

REQUESTS_PER_STATE = 1.15
# Workers that stand still at one time, each with a nemesis of its own.
AT_ONCE = 3
# What the product calls its own count of refused settlements.
STALE_COUNT = "stale"


@scenario(
    name="kill-workers",
    target="kill -9 of worker processes at random, 200 times over 20,000 profiles x 3 changes "
    "(SQLite: 100 over 5,000): verdict clean; requests <= 1.15 x distinct states sent",
)
def kill_workers(trial: Trial) -> None:
    is_small = trial.database == SQLITE
    kills = trial.size(100 if is_small else 200, quick=4)
    profiles = trial.size(5_000 if is_small else 20_000, quick=300)
    trial.open(Setting(), workers=2 if is_small else 4)
    crew = _at_work(trial)
    nemesis = trial.nemesis(gap=(0.5, 2.0))
    nemesis.plan("kill -9 of a worker at work", times=kills, act=crew.kill_one)
    seconds = kills * 1.5
    feed = trial.feed(per_second=profiles * 3 / seconds)
    feed.start(trial.changes(people=profiles, rounds=3))
    nemesis.start()
    nemesis.wait(seconds=seconds * 8 + 60)
    feed.wait()
    trial.judge()
    requests = trial.requests()
    writes = sum(request.is_write for request in requests)
    states = max(1, ledger.distinct_states(requests))
    trial.at_most("requests / distinct states", round(writes / states, 3), REQUESTS_PER_STATE)
    assert trial.sampler is not None
    taken_over = sum(sample.crashes > 0 for sample in trial.sampler.taken)
    trial.seen("samples with work taken over", planned=1, seen=taken_over)
    trial.note(f"{sum(r.was_left for r in requests)} requests cut by a kill")


@scenario(
    name="stop-past-lease",
    target="stop a worker past its lease, let another deliver newer data, continue it; 300 times: "
    "verdict clean; every stale settle rejected and counted",
)
def stop_past_lease(trial: Trial) -> None:
    stops = trial.size(300, quick=3)
    setting = Setting(deadline=1.0, lease=3.0, settle=2.0, latency=0.05)
    trial.open(setting, workers=AT_ONCE + 1)
    crew = _at_work(trial)
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
    name="terminate-workers",
    target="SIGTERM x 50 under load; TERM then KILL x 50: exit <= 10 s idle, <= 35 s busy; leases "
    "handed back; verdict clean",
)
def terminate_workers(trial: Trial) -> None:
    times = trial.size(50, quick=2)
    # The deadline of production: it bounds how long a busy worker may take to end.
    ground = trial.open(Setting(deadline=30, lease=90, settle=3, latency=0.1), workers=1)
    crew = _at_work(trial)
    feed = trial.feed(batch=20, per_second=60)
    feed.start(trial.changes(people=2_000, rounds=None))
    slowest, held, ended = 0.0, 0, 0
    for number in range(times):
        if number % 10 == 9:
            # Nobody answers the request in hand: its deadline has to end it.
            ground.faults("hang,count=1")
        seconds, code = _terminate(trial, crew)
        ground.clear_faults()
        slowest, ended = max(slowest, seconds), ended + (code == 0)
        held += _leased(trial)
        crew.restore()
    trial.seen("SIGTERM of a busy worker", planned=times, seen=ended)
    trial.at_most("busy worker's end, seconds", round(slowest, 1), 35)
    trial.at_most("leases left after an orderly end", held, 0)
    trial.seen("SIGTERM, then SIGKILL", planned=times, seen=_terminate_and_kill(trial, times))
    feed.stop()
    trial.drain()
    idle = [_terminate_idle(crew) for _ in range(trial.size(5, quick=1))]
    trial.at_most("idle worker's end, seconds", round(max(idle), 1), 10)


def _at_work(trial: Trial) -> Crew:
    """The crew, once all of it works: a fault that meets nobody at work proves nothing."""
    assert trial.crew is not None
    trial.feed().send(trial.changes(people=50, rounds=1))
    trial.crew.wait_until_at_work(count=1)
    return trial.crew


class LostClaims:
    """Requests whose claim was lost while their worker stood still, by the log of attempts."""

    def __init__(self, trial: Trial) -> None:
        self._ground = trial.ground
        self._seen: set[int] = set()

    def look(self) -> None:
        """Just before a stopped worker goes on: nobody has said anything of these yet."""
        rows = self._ground.sql(
            "SELECT id, deadline_at FROM activations_attempt WHERE outcome IN ('', 'superseded')"
        )
        now = time.time()
        self._seen |= {pk for pk, lease_until in rows if seconds_of(lease_until) < now}

    def came_back(self) -> int:
        """Of how many the worker noted an answer after all."""
        rows = self._ground.sql(
            "SELECT id FROM activations_attempt WHERE outcome NOT IN ('', 'superseded')"
        )
        return len(self._seen & {pk for (pk,) in rows})


def _judge_stale(trial: Trial, crew: Crew, lost: LostClaims) -> None:
    """Every answer that came back for a lost claim was refused, and the refusal counted.

    Refused shows in the worker's own log, line by line, and in V1 to V3, which would not be 0;
    the product's counter must say as many as the logs do.
    """
    said = sum(crews.stale_settles(process) for process in crew.everybody)
    counted = trial.ground.sql(
        "SELECT coalesce(sum(value), 0) FROM activations_count WHERE name = %s", [STALE_COUNT]
    )
    trial.at_most("answers for lost claims not refused", max(0, lost.came_back() - said), 0)
    trial.at_most("refused, but not counted", said - int(counted[0][0]), 0)
    trial.note(f"{said} stale settles refused, {lost.came_back()} answers came back too late")


def _terminate(trial: Trial, crew: Crew) -> tuple[float, int | None]:
    """Seconds until it ended, and its exit code."""
    crew.wait_until_at_work()
    time.sleep(trial.random.uniform(0.1, 1.5))
    [worker] = crew.members
    started = time.monotonic()
    worker.terminate()
    code = worker.wait(seconds=60)
    return time.monotonic() - started, code


def _terminate_and_kill(trial: Trial, times: int) -> int:
    """How often it was killed while it was still ending, or had just ended."""
    assert trial.crew is not None
    done = 0
    # What the killed ones held is nobody's until its lease ends, and that may be everything.
    patience = trial.ground.setting.lease + 60
    for _ in range(times):
        trial.crew.wait_until_at_work(seconds=patience)
        time.sleep(trial.random.uniform(0.1, 1.0))
        [worker] = trial.crew.members
        done += worker.terminate()
        time.sleep(trial.random.uniform(0.0, 0.4))
        worker.kill()
        trial.crew.restore()
    return done


def _terminate_idle(crew: Crew) -> float:
    [worker] = crew.members
    # Time to start, and to find nothing to do.
    time.sleep(5)
    started = time.monotonic()
    worker.terminate()
    code = worker.wait(seconds=60)
    assert code == 0, f"an idle worker ended with {code}"
    seconds = time.monotonic() - started
    crew.restore()
    return seconds


def _leased(trial: Trial) -> int:
    rows = trial.ground.sql("SELECT count(*) FROM activations_delivery WHERE state = 'leased'")
    return int(rows[0][0])
