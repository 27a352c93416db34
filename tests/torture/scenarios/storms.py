"""Zendesk asks to slow down, or fails: how little is sent meanwhile, how soon all of it again."""

import time
from collections.abc import Sequence
from itertools import pairwise
from urllib.parse import quote

from tests.torture import watch
from tests.torture.databases import POSTGRESQL
from tests.torture.ledger import Request
from tests.torture.registry import scenario
from tests.torture.setting import REAL_PACE, Setting
from tests.torture.trial import FULL, Trial

ABSURD = (
    *("0", "-1", "1e9", "999999999", "soon"),
    *("Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"),
)
STORMS = {
    "429, empty body": ("throttle=empty429",),
    "429, JSON": ("throttle=json429",),
    "404 that names /429.json": ("throttle=404-429json",),
    # One after the other: the first that is armed strikes, until it has struck enough.
    "absurd Retry-After": tuple(f"status=429,retry_after={quote(t)},count=1" for t in ABSURD),
    "half of them 429": ("throttle=empty429,chance=0.5",),
}
SHORT = ("absurd Retry-After",)
# A throttled token is asked once in five seconds; the third throttle in a row came before that.
PROBE_SECONDS = 4.5
PROBES_FROM_SECONDS = 15.0
FULL_PACE = 0.9
PACE_WINDOW_SECONDS = 10.0
LONGEST_RECOVERY_SECONDS = 75.0
LONGEST_STORM_SECONDS = 180.0
# Of each storm so many seconds go by at the full pace.
BUSY_SECONDS = 25.0
SANE_RETRY_AFTER_SECONDS = 20
# The first probe comes no sooner than five seconds after the breaker opened.
OPEN_WITHIN_SECONDS = 4.5


@scenario(
    name="throttled",
    target="429 without Retry-After (empty, JSON, the 404 /429.json), absurd Retry-After values: "
    "no row loses an attempt; >= 90 % of full pace within 60 s after",
    databases=(POSTGRESQL,),
)
def throttled(trial: Trial) -> None:
    seconds = trial.size(60, quick=10)
    storms = STORMS if trial.tier == FULL else {name: STORMS[name] for name in SHORT}
    ground = trial.open(Setting(rate=REAL_PACE, deadline=5.0, lease=20.0), workers=2)
    people = round(REAL_PACE * (len(storms) + 2) * BUSY_SECONDS)
    trial.feed(batch=500).send(trial.changes(people=people, rounds=1))
    pace = _pace_in_fine_weather(trial)
    for name, specs in storms.items():
        with watch.harm(ground.database) as harm:
            ground.faults(*specs)
            began = time.monotonic()
            _wait(trial, specs, seconds)
            ended = time.monotonic()
            ground.clear_faults()
            recovery = _seconds_to_full_pace(trial, since=ended, pace=pace)
        trial.at_most(f"rows that lost an attempt: {name}", len(harm.since), 0)
        trial.seen(f"looks for them: {name}", planned=round(ended - began), seen=harm.looks)
        trial.at_most(f"seconds to 90 % of the pace: {name}", round(recovery, 1), 60)
        # Only while every request is throttled all the time.
        if not {"chance", "count"} & {word.partition("=")[0] for word in specs[0].split(",")}:
            crowd = _closer_than(trial, began + PROBES_FROM_SECONDS, ended, PROBE_SECONDS)
            trial.at_most(f"probes too close: {name}", crowd, 0)
        for spec in specs:
            trial.seen(spec, planned=1, seen=ground.simulator.struck(spec))
    _heed_a_sane_one(trial)
    trial.calm()
    trial.drain(seconds=900)
    trial.judge()


@scenario(
    name="server-errors",
    target="30 % 500 of which half were applied, then 100 % 503: verdict clean, no row ever given "
    "up; breaker opens <= 20 failures, half-open probes one at a time",
    databases=(POSTGRESQL,),
)
def server_errors(trial: Trial) -> None:
    people = trial.size(3_000, quick=150)
    ground = trial.open(Setting(rate=50.0), workers=4)
    halves = [
        "status=500,when=before,chance=0.15,path=/v2/contacts",
        # Of the 85 % that are left.
        "status=500,when=after,chance=0.1765,path=/v2/contacts",
    ]
    ground.faults(*halves)
    trial.feed(per_second=60.0).send(trial.changes(people=people, rounds=3))
    trial.feed(batch=500).send(trial.changes(people=people, rounds=1))
    outage = "status=503,body=html,path=/v2/contacts"
    ground.clear_faults()
    ground.faults(outage)
    began = time.monotonic()
    time.sleep(trial.size(90, quick=20))
    given_up = ground.sql("SELECT count(*) FROM activations_delivery WHERE state = 'failed'")[0][0]
    ended = time.monotonic()
    trial.judge()
    failed = [r for r in trial.requests() if r.status == 503]
    first = min((request.accepted_mono for request in failed), default=began)
    opened = first + OPEN_WITHIN_SECONDS
    trial.at_most("failures until the breaker opened", _count(failed, first, opened), 20)
    crowd = _closer_than(trial, opened, ended, PROBE_SECONDS)
    trial.at_most("probes beside another", crowd, 0)
    trial.at_most("rows given up", given_up, 0)
    for spec in (*halves, outage):
        trial.seen(spec, planned=1, seen=ground.simulator.struck(spec))
    trial.note(
        f"{len(failed)} requests met the 503, {_count(failed, opened, ended)} of them probes"
    )


def _pace_in_fine_weather(trial: Trial) -> float:
    """Requests per second; nobody is waited for who only starts."""
    assert trial.crew is not None
    trial.crew.wait_until_at_work(count=len(trial.crew.members))
    began = time.monotonic()
    time.sleep(2 * PACE_WINDOW_SECONDS)
    ended = time.monotonic()
    pace = _count(trial.requests(), began, ended) / (ended - began)
    trial.note(f"pace in fine weather: {pace:.2f} requests/s")
    return pace


def _wait(trial: Trial, specs: Sequence[str], seconds: float) -> None:
    """So long, and on until each fault struck."""
    began = time.monotonic()
    time.sleep(seconds)
    while time.monotonic() - began < LONGEST_STORM_SECONDS:
        if all(trial.ground.simulator.struck(spec) for spec in specs):
            return
        time.sleep(0.1)


def _seconds_to_full_pace(trial: Trial, *, since: float, pace: float) -> float:
    """Until the start of the first window that has nearly the pace of fine weather."""
    wanted = round(FULL_PACE * pace * PACE_WINDOW_SECONDS)
    while time.monotonic() - since < LONGEST_RECOVERY_SECONDS + PACE_WINDOW_SECONDS:
        times = [r.accepted_mono for r in trial.requests() if r.accepted_mono >= since]
        for first, last in zip(times, times[wanted - 1 :], strict=False):
            if last - first < PACE_WINDOW_SECONDS:
                return first - since
        time.sleep(2)
    return float("inf")


def _heed_a_sane_one(trial: Trial) -> None:
    """What Zendesk asks for within reason is kept to."""
    spec = f"status=429,retry_after={SANE_RETRY_AFTER_SECONDS},count=1"
    began = time.monotonic()
    trial.ground.faults(spec)
    time.sleep(SANE_RETRY_AFTER_SECONDS + 5)
    times = [r.accepted_mono for r in trial.requests() if r.accepted_mono > began]
    silence = max((later - earlier for earlier, later in pairwise(times)), default=0.0)
    trial.seen(spec, planned=1, seen=trial.ground.simulator.struck(spec))
    trial.at_least("Retry-After of 20 kept, seconds", round(silence, 1), SANE_RETRY_AFTER_SECONDS)


def _count(requests: Sequence[Request], begin: float, end: float) -> int:
    return sum(begin <= request.accepted_mono < end for request in requests)


def _closer_than(trial: Trial, begin: float, end: float, seconds: float) -> int:
    """How many requests came so soon after the one before."""
    times = [r.accepted_mono for r in trial.requests() if begin <= r.accepted_mono < end]
    return sum(later - earlier < seconds for earlier, later in pairwise(times))
