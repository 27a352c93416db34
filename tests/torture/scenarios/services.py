"""What the product stands on is taken away: its web process, its broker, its database server."""

import functools
import random
import time
from collections.abc import Callable

from tests.torture import callers
from tests.torture.callers import Callers
from tests.torture.databases import POSTGRESQL
from tests.torture.feed import Feed
from tests.torture.people import People
from tests.torture.processes import Process
from tests.torture.registry import scenario
from tests.torture.setting import Setting
from tests.torture.trial import QUICK, Trial

RESUMES_WITHIN = 15.0
MOVES_WITHIN = 10.0
# Celery looks for its broker every 2, 4, .. 30 seconds.
HEARS_WITHIN = 45.0
# How a request looks to its client when the server dies under it; a refused one never arrived.
CUT_OFF = ("RemoteDisconnected", "ConnectionResetError", "BadStatusLine", "IncompleteRead")
# No worker is killed here, so nobody waits for a lease to end; a slow machine needs its time.
TIMES = Setting(deadline=5, lease=20, settle=3)
CLIENTS = 4
PEOPLE = 500


@scenario(
    name="kill-web",
    target="kill -9 of the web process during HTTP ingest (client retries with an idempotency "
    "key), 100 times: every 2xx present once",
)
def kill_web(trial: Trial) -> None:
    kills = trial.size(100, quick=3)
    trial.open(TIMES, workers=1)
    feeds = [_client(trial, number) for number in range(CLIENTS)]
    nemesis = trial.nemesis(gap=(0.2, 1.5))
    act = functools.partial(_kill_web, trial)
    nemesis.plan("kill -9 of the web process", times=kills, act=act)
    nemesis.start()
    nemesis.wait(seconds=60 + kills * 20)
    for feed in feeds:
        feed.stop()
    batches = sum(feed.answers["202"] for feed in feeds)
    answered = _count(trial, "activations_ingestreceipt WHERE length(answer::text) > 2")
    trial.at_most("receipts without a 2xx, or the reverse", abs(answered - batches), 0)
    trial.judge()
    cut = sum(feed.answers[name] for feed in feeds for name in CUT_OFF)
    trial.seen("requests cut by a kill", planned=1 if trial.tier == QUICK else kills // 4, seen=cut)
    known = _count(trial, "activations_profile WHERE email LIKE 'person%'")
    trial.at_most("people more or less than told of", abs(known - _told_of(trial)), 0)


@scenario(
    name="redis-lost",
    target="Redis flushed x 20, killed and restarted empty x 20, away 60 s: verdict clean; ingest "
    "keeps answering 2xx; delivery resumes <= 15 s after, no worker restarted by hand",
    databases=(POSTGRESQL,),
)
def redis_lost(trial: Trial) -> None:
    times = trial.size(20, quick=2)
    trial.open(TIMES, workers=2)
    assert trial.crew is not None
    lost = LostRedis(trial)
    feed = trial.feed(per_second=100)
    feed.start(trial.changes(people=trial.size(2_000, quick=300), rounds=None))
    trial.crew.wait_until_at_work(count=len(trial.crew.members))
    nemesis = trial.nemesis(gap=(0.5, 3.0))
    nemesis.plan("Redis flushed", times=times, act=lost.flush)
    nemesis.plan("Redis killed, back empty", times=times, act=lost.kill)
    away = 6.0 if trial.tier == QUICK else 60.0
    nemesis.plan("Redis away", times=1, act=lambda chance: lost.be_away(away))
    nemesis.plan("Redis stands still", times=1, act=lambda chance: lost.stand_still(away / 3))
    with Callers(crew=trial.crew, port=trial.ground.port_of_zendesk) as callers:
        nemesis.start()
        nemesis.wait(seconds=300 + times * 20)
        time.sleep(RESUMES_WITHIN)
    feed.stop()
    trial.at_most("workers that ended", lost.ended(), 0)
    trial.at_most("workers that do not hear Redis again", lost.deaf(), 0)
    trial.judge()
    refused = sum(feed.answers.values()) - feed.answers["202"]
    trial.at_most("ingest answers other than 2xx", refused, 0)
    _judge_return(trial, callers, since=lost.back_at, limit=RESUMES_WITHIN)


@scenario(
    name="postgresql-restarts",
    target="PostgreSQL restart -m immediate x 20: verdict clean; all workers move again <= 10 s",
    databases=(POSTGRESQL,),
)
def postgresql_restarts(trial: Trial) -> None:
    times = trial.size(20, quick=2)
    trial.open(TIMES, workers=3)
    assert trial.crew is not None
    back_at: list[float] = []
    moved_after: list[float] = []
    feed = trial.feed(per_second=100)
    feed.start(trial.changes(people=trial.size(2_000, quick=300), rounds=None))
    trial.crew.wait_until_at_work(count=len(trial.crew.members))

    def restart(chance: random.Random) -> bool:
        trial.ground.database.cluster.restart_immediately()  # type: ignore[union-attr]
        back_at.append(time.time())
        moved_after.append(_seconds_until_all_are_back(trial))
        return True

    nemesis = trial.nemesis(gap=(1.0, 6.0))
    nemesis.plan("PostgreSQL restarted at once", times=times, act=restart)
    with Callers(crew=trial.crew, port=trial.ground.port_of_zendesk) as callers:
        nemesis.start()
        nemesis.wait(seconds=120 + times * 60)
        time.sleep(MOVES_WITHIN)
    feed.stop()
    trial.judge()
    trial.at_most("all workers are connected, seconds", round(max(moved_after), 2), MOVES_WITHIN)
    _judge_return(trial, callers, since=back_at, limit=MOVES_WITHIN)


class LostRedis:
    """Takes Redis away in several ways, and remembers when it was back."""

    def __init__(self, trial: Trial) -> None:
        assert trial.ground.redis is not None
        assert trial.crew is not None
        self._redis = trial.ground.redis
        self._workers: list[Process] = list(trial.crew.members)
        self.back_at: list[float] = []

    def flush(self, chance: random.Random) -> bool:
        self._redis.flush()
        return self._is_back()

    def kill(self, chance: random.Random) -> bool:
        return self.be_away(chance.uniform(0.0, 2.0))

    def be_away(self, seconds: float) -> bool:
        self._redis.kill()
        time.sleep(seconds)
        self._redis.start()
        return self._is_back()

    def stand_still(self, seconds: float) -> bool:
        """It accepts connections and answers nobody."""
        self._redis.stand_still()
        time.sleep(seconds)
        self._redis.go_on()
        return self._is_back()

    def ended(self) -> int:
        return sum(not worker.is_running for worker in self._workers)

    def deaf(self) -> int:
        """How many are without a connection to their broker, given time to look for it."""

        def are_deaf() -> int:
            return sum(not w.is_connected_to(port=self._redis.port) for w in self._workers)

        _seconds_until(lambda: are_deaf() == 0, longest=HEARS_WITHIN)
        return are_deaf()

    def _is_back(self) -> bool:
        self.back_at.append(time.time())
        return True


def _client(trial: Trial, number: int) -> Feed:
    """One of several that send at once, each about people of its own."""
    people = People(seed=trial.seed, first=number * PEOPLE)
    feed = trial.feed(batch=20, per_second=100)
    feed.start(change for _ in iter(int, 1) for change in people.changes(count=PEOPLE))
    return feed


def _kill_web(trial: Trial, chance: random.Random) -> bool:
    assert trial.web is not None
    was_running = trial.web.kill()
    trial.web = trial.ground.web(port=int(trial.web.url.rpartition(":")[2]))
    return was_running


def _count(trial: Trial, rows: str) -> int:
    if trial.database != POSTGRESQL:
        rows = rows.replace("::text", "")
    return int(trial.ground.sql(f"SELECT count(*) FROM {rows}")[0][0])


def _told_of(trial: Trial) -> int:
    """People an answer acknowledged, the verdict's own one among them."""
    return len(trial.oracle.expected())


def _judge_return(trial: Trial, who: Callers, *, since: list[float], limit: float) -> None:
    """Each worker by itself wrote to Zendesk again: one that goes on does not cover for others."""
    assert trial.crew is not None
    workers = [member.name for member in trial.crew.members]
    sent = callers.writes(trial.requests(), names=who.names)
    slowest = callers.slowest_return(sent, workers=workers, since=since)
    trial.at_most("every worker sends again, seconds", round(slowest, 2), limit)
    told_apart = sum(bool(sent.get(name)) for name in workers)
    trial.seen("workers told apart", planned=len(workers), seen=told_apart)
    trial.note(f"writes by worker: { {name: len(times) for name, times in sent.items()} }")


def _seconds_until_all_are_back(trial: Trial) -> float:
    """The restart cut every connection: who holds one has opened it since."""
    assert trial.crew is not None
    port = trial.ground.database.cluster.port  # type: ignore[union-attr]
    workers = list(trial.crew.members)

    def are_back() -> bool:
        return all(worker.is_connected_to(port=port) for worker in workers)

    return _seconds_until(are_back, longest=6 * MOVES_WITHIN)


def _seconds_until(condition: Callable[[], bool], *, longest: float) -> float:
    started = time.monotonic()
    while not condition() and time.monotonic() - started < longest:
        time.sleep(0.1)
    return time.monotonic() - started
