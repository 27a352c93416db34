"""Workers that are killed and asked to end while they deliver."""

import signal
import time
from functools import partial

from tests.services import processes
from tests.torture import ledger
from tests.torture.crew import Crew
from tests.torture.databases import SQLITE
from tests.torture.registry import scenario
from tests.torture.setting import Setting
from tests.torture.trial import Trial

REQUESTS_PER_STATE = 1.15
# Nobody answers this request: its deadline has to end it. Met by every tenth who is asked to end.
HANG = "hang,count=1"
HANG_EVERY = 10


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
    crew = trial.crew_at_work()
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
    name="terminate-workers",
    target="SIGTERM x 50 under load; TERM then KILL x 50: exit <= 10 s idle, <= 35 s busy; leases "
    "handed back; verdict clean",
)
def terminate_workers(trial: Trial) -> None:
    times = trial.size(50, quick=2)
    # The deadline of production: it bounds how long a busy worker may take to end.
    ground = trial.open(Setting(deadline=30, lease=90, settle=3, latency=0.1), workers=1)
    crew = trial.crew_at_work()
    feed = trial.feed(batch=20, per_second=60)
    feed.start(trial.changes(people=2_000, rounds=None))
    slowest, held, ended, hangs = 0.0, 0, 0, 0
    for number in reversed(range(times)):
        if number % HANG_EVERY == 0:
            hangs += 1
            ground.faults(HANG)
            _wait_for_a_hang(trial, hangs)
        seconds, code = _terminate(trial, crew)
        ground.clear_faults()
        slowest, ended = max(slowest, seconds), ended + (code == 0)
        held += _leased(trial)
        crew.restore()
    trial.seen("SIGTERM of a busy worker", planned=times, seen=ended)
    trial.seen(HANG, planned=hangs, seen=ground.simulator.struck(HANG))
    trial.at_most("busy worker's end, seconds", round(slowest, 1), 35)
    trial.at_most("leases left after an orderly end", held, 0)
    trial.seen("SIGTERM, then SIGKILL", planned=times, seen=_terminate_and_kill(trial, times))
    feed.stop()
    trial.drain()
    idle = [_terminate_idle(crew) for _ in range(trial.size(5, quick=1))]
    trial.at_most("idle worker's end, seconds", round(max(idle), 1), 10)


def _wait_for_a_hang(trial: Trial, count: int) -> None:
    """Until a worker has the request in hand that nobody answers."""
    processes.wait_until(
        lambda: trial.ground.simulator.struck(HANG) >= count, what="a request that hangs"
    )


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
    up = partial(worker.heeds, signal.SIGTERM)
    processes.wait_until(up, what="a worker that has started", seconds=60)
    # Time to find nothing to do.
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
