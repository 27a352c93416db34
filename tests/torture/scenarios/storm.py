"""Everything at once: what no single fault shows may show where two of them meet."""

import functools
import random
import time

from tests.torture import ledger
from tests.torture.databases import PostgreSQL
from tests.torture.nemesis import Act
from tests.torture.registry import scenario
from tests.torture.setting import Setting
from tests.torture.trial import Trial

# No answer, and applied this long after the client gave up: within the settle horizon.
LATE_SECONDS = 3.5
# So few that all of them are on their way within a moment.
OVERTAKEN = 60
FEW = 5
MOST_TRIES = 5
LONGEST_WAIT_SECONDS = 30.0
AWAY_SECONDS = 1.0


@scenario(
    name="storm",
    target="kills, stops past the lease, late writes, Redis flushed and restarted empty, "
    "PostgreSQL restarted, all in one run: verdict clean",
    quick=True,
)
def storm(trial: Trial) -> None:
    setting = Setting(rate=300, deadline=1.0, lease=3.0, settle=5.0)
    ground = trial.open(setting, workers=3)
    crew = trial.crew
    assert crew is not None
    people = trial.size(2_000, quick=150)
    feed = trial.feed(batch=25, per_second=trial.size(150, quick=100))
    feed.start(trial.changes(people=people, rounds=None))
    crew.wait_until_at_work()
    ground.faults(f"late={LATE_SECONDS},chance=0.02,count={trial.size(500, quick=6)}")
    still = trial.nemesis(gap=(0.2, 1.0))
    stand_still = functools.partial(crew.stand_still, seconds=setting.lease + 0.7)
    stops = trial.size(60, quick=2)
    still.plan("a worker stopped past its lease", times=stops, act=stand_still)
    others = trial.nemesis(gap=(0.3, trial.size(40, quick=12) / 10))
    others.plan("kill -9 of a worker at work", times=trial.size(60, quick=2), act=crew.kill_one)
    for fault, times, act in _of_servers(trial):
        others.plan(fault, times=times, act=act)
    for nemesis in (still, others):
        nemesis.start()
    for nemesis in (still, others):
        nemesis.wait(seconds=trial.size(1_800, quick=40))
    feed.stop()
    ground.clear_faults()
    # On a busy machine the newer change may come too late to be overwritten: then once more.
    for _ in range(MOST_TRIES):
        _newer_overtakes_late(trial)
        if ledger.overwrites(trial.requests()):
            break
    trial.judge()
    overwrites = ledger.overwrites(trial.requests())
    trial.seen("old data applied late, over newer", planned=1, seen=overwrites)


def _newer_overtakes_late(trial: Trial) -> None:
    """The last word about some people goes out while earlier ones are still to be applied.

    Only at the end it shows: any change that came after would have mended what was overwritten.
    """
    ground, crew = trial.ground, trial.crew
    assert crew is not None
    crew.wait_until_at_work()
    before = _given_up(trial)
    ground.faults(f"late={LATE_SECONDS},chance=0.3")
    last = trial.feed(batch=25)
    last.send(trial.changes(people=OVERTAKEN, rounds=1))
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while _given_up(trial) < before + FEW and time.monotonic() < deadline:
        time.sleep(0.05)
    ground.clear_faults()
    last.send(trial.changes(people=OVERTAKEN, rounds=1))
    time.sleep(LATE_SECONDS + ground.setting.deadline)


def _given_up(trial: Trial) -> int:
    """Requests whose outcome the product says it does not know."""
    rows = trial.ground.sql("SELECT count(*) FROM activations_attempt WHERE outcome = 'unknown'")
    return int(rows[0][0])


def _of_servers(trial: Trial) -> list[tuple[str, int, Act]]:
    """Fault, times, act: only PostgreSQL and Redis are servers that can go away."""
    ground, database = trial.ground, trial.ground.database
    if ground.redis is None or not isinstance(database, PostgreSQL):
        return []
    redis, cluster = ground.redis, database.cluster

    def flush(chance: random.Random) -> bool:
        redis.flush()
        return True

    def restart_empty(chance: random.Random) -> bool:
        redis.kill()
        time.sleep(AWAY_SECONDS)
        redis.start()
        return True

    def restart(chance: random.Random) -> bool:
        cluster.restart_immediately()
        return True

    return [
        ("Redis flushed", trial.size(20, quick=1), flush),
        ("Redis killed and restarted empty", trial.size(20, quick=1), restart_empty),
        ("PostgreSQL restarted at once", trial.size(20, quick=1), restart),
    ]
