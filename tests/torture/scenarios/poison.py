"""Rows that can never be delivered, and rows that kill whoever takes them up."""

import contextlib
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.services import processes
from tests.torture import people, poisoned_worker, progress
from tests.torture.crew import Crew
from tests.torture.people import Change
from tests.torture.registry import scenario
from tests.torture.setting import VIP, WORKSPACE, Setting
from tests.torture.trial import QUICK, Trial

# Requests a second, three and a half times what one token may send. Without a pace the processors
# would be measured: each death is the start of a process, which takes them from the sending.
PACE = 30.0
# When the first row of each killer comes up, as a share of the run. Not at its very end: rows
# that stood beside one are tried again seconds later, and nothing would be left to do meanwhile.
KILLERS_AT = (0.1, 0.25, 0.4)
# Often enough to see the end, seldom enough to cost nothing.
LOOK_SECONDS = 1.0
# Of the healthy rows: tells those that wait at the end from a slower pace.
SHARES = (0.25, 0.5, 0.75, 0.9, 0.99, 1.0)
DEATHS_ALONE = 3
DEATHS_OF_A_KILLER = 5
MAPPING_TRIES = 3
NO_USER = 999_999_999
STOP_AFTER = 20
# Long enough for workers that have not heard of a stop to show that they have not.
LOOKS_ON_SECONDS = 5.0
# As from far away: requests that are in flight together are refused together.
LATENCY = 0.2

OWNER = '      - {source: "xdm: owner.id", target: "xdm: owner_id"}\n'
WITH_OWNER = WORKSPACE.replace("\n    audiences:\n", f"\n{OWNER}    audiences:\n")
# What makes a row poison, and what it must say in the end.
REFUSED, RAISES, KILLS = (
    "zendesk-422-incorrect_value",
    "mapping-error",
    "worker-crashed",
)
_POISON: dict[str, dict[str, Any]] = {
    REFUSED: {"owner": {"id": NO_USER}},
    RAISES: {"torture": {"poison": poisoned_worker.RAISE}},
    KILLS: {"torture": {"poison": poisoned_worker.KILL}},
}
_CURE = {"owner": {"id": None}, "torture": {"poison": None}}
_ALL_REFUSED = "status=400,path=/v2/contacts"


@scenario(
    name="poison",
    target="1 % always 422, 0.1 % make the mapping raise, 3 rows kill the worker: healthy rows "
    ">= 95 % of clean throughput, poisoned ones fail with their codes and are released by new data",
)
def poison(trial: Trial) -> None:
    profiles = trial.size(6_000, quick=200)
    poisoned_settings = {"DJANGO_SETTINGS_MODULE": poisoned_worker.POISONED_SETTINGS}
    setting = Setting(rate=PACE, workspace=WITH_OWNER, environment=poisoned_settings)
    trial.open(setting, workers=2)
    early, clean, poisoned = (
        Crowd(trial, first=number * profiles, count=count)
        for number, count in enumerate((max(200, profiles // 20), profiles, profiles))
    )
    poisoned.poison(trial.random)
    # Not counted: workers that start have other things to do.
    _run(trial, early)
    clean_rate = _run(trial, clean)
    with _supervised(trial) as deaths:
        rate = _run(trial, poisoned)
        trial.drain(seconds=600)
    trial.at_least("healthy throughput / clean", round(rate / clean_rate, 3), 0.95)
    trial.note(f"{clean_rate:.1f} healthy rows a second without poison, {rate:.1f} with it")
    _judge_poison(trial, poisoned, deaths)
    trial.feed().send(poisoned.cured())
    trial.judge()
    trial.at_most("failed after new data", len(_failed(trial)), 0)


@scenario(
    name="all-refused",
    target="a field that makes every row 400: the destination stops after <= 20 requests with one "
    "alert record",
)
def all_refused(trial: Trial) -> None:
    profiles = trial.size(5_000, quick=150)
    ground = trial.open(Setting(latency=LATENCY), workers=4 if trial.tier != QUICK else 2)
    feed = trial.feed(batch=100)
    feed.send(_members(trial.changes(people=profiles // 5, rounds=1)))
    trial.drain()
    ground.faults(_ALL_REFUSED)
    feed.send(_members(trial.changes(people=profiles, rounds=1)))
    _wait_for_stop(trial)
    # Whoever does not know of the stop goes on sending.
    time.sleep(LOOKS_ON_SECONDS if trial.tier != QUICK else 1.0)
    refused = sum(request.status == 400 for request in trial.requests())
    trial.at_most("requests until it stopped", refused, STOP_AFTER)
    trial.at_most("alert records", _stops(trial), 1)
    trial.at_least("alert records, at least", _stops(trial), 1)
    ground.clear_faults()
    retried = ground.manage("retry", "Torture")
    trial.at_most("retry, exit code", retried.returncode, 0)
    trial.judge()
    trial.at_most("alerts open after the retry", _stops(trial, is_open=True), 0)
    trial.at_most("failed after the retry", len(_failed(trial)), 0)
    struck = ground.simulator.struck(_ALL_REFUSED)
    trial.seen(_ALL_REFUSED, planned=STOP_AFTER, seen=struck)


@dataclass(frozen=True, slots=True)
class Deaths:
    """What the supervisor saw: workers that ended without being asked to."""

    times: list[float]


class Crowd:
    """So many people, all of them members; some may be poison."""

    def __init__(self, trial: Trial, *, first: int, count: int) -> None:
        self._people = trial.people
        self.order = list(range(first, first + count))
        trial.random.shuffle(self.order)
        # By number, the code it must end with.
        self.codes: dict[int, str] = {}

    def poison(self, chance: random.Random) -> None:
        """1 % are refused by Zendesk, 0.1 % make the mapping raise, three kill."""
        count = len(self.order)
        killers = [self.order[int(count * share)] for share in KILLERS_AT]
        others = [number for number in self.order if number not in killers]
        refused, raising = max(1, count // 100), max(1, count // 1000)
        chosen = chance.sample(others, refused + raising)
        self.codes = dict.fromkeys(killers, KILLS)
        self.codes |= dict.fromkeys(chosen[:refused], REFUSED)
        self.codes |= dict.fromkeys(chosen[refused:], RAISES)

    def changes(self) -> Iterator[Change]:
        for number in self.order:
            change = self._people.change(number)
            change.document.update(_POISON.get(self.codes.get(number, ""), {}))
            yield _member(change)

    def cured(self) -> Iterator[Change]:
        """New data about everybody who was poison."""
        for number in self.codes:
            change = self._people.change(number)
            change.document.update(_CURE)
            yield _member(change)

    def having(self, code: str) -> list[str]:
        """The e-mail addresses of those who must end with this code; '' is the healthy ones."""
        return [people.email(n) for n in self.order if self.codes.get(n, "") == code]


def _run(trial: Trial, crowd: Crowd) -> float:
    """Feed the crowd as fast as it is taken; healthy rows a second, from the first delivered to
    the last of them."""
    healthy = set(crowd.having(""))
    wanted = progress.delivered(trial.ground) + len(healthy)
    trial.feed(batch=500).send(crowd.changes())
    progress.wait_for(trial.ground, count=wanted, every=LOOK_SECONDS)
    times = sorted(_first_deliveries(trial, healthy).values())
    took = {share: times[round(share * (len(times) - 1))] - times[0] for share in SHARES}
    told = ", ".join(f"{share:.0%} after {seconds:.1f} s" for share, seconds in took.items())
    trial.note(f"healthy rows delivered: {told}")
    return (len(times) - 1) / took[1.0]


def _first_deliveries(trial: Trial, whom: set[str]) -> dict[str, float]:
    """By e-mail address, when Zendesk first took a write about them."""
    found: dict[str, float] = {}
    for request in trial.requests():
        if request.is_write and request.status == 200 and request.identity in whom:
            found.setdefault(request.identity, request.accepted_mono)
    return found


@contextlib.contextmanager
def _supervised(trial: Trial) -> Iterator[Deaths]:
    """Put another worker in the place of each that ends, as the supervisor of a server does."""
    assert trial.crew is not None
    crew, deaths, is_over = trial.crew, Deaths([]), threading.Event()

    def look() -> None:
        while not is_over.wait(0.2):
            _replace_the_dead(crew, deaths)

    thread = threading.Thread(target=look, name="supervisor", daemon=True)
    thread.start()
    try:
        yield deaths
    finally:
        is_over.set()
        thread.join(30)


def _replace_the_dead(crew: Crew, deaths: Deaths) -> None:
    for member in list(crew.members):
        if not member.is_running:
            deaths.times.append(time.monotonic())
            crew.replace(member)


def _judge_poison(trial: Trial, crowd: Crowd, deaths: Deaths) -> None:
    """Before anything is cured: who failed, with what, and was every poison met?"""
    failed = dict(_failed(trial))
    wanted = {people.email(number): code for number, code in crowd.codes.items()}
    wrong = [
        f"{e}: {failed.get(e)} in place of {c}" for e, c in wanted.items() if failed.get(e) != c
    ]
    innocent = [f"{email}: {code}" for email, code in failed.items() if email not in wanted]
    trial.at_most("poisoned rows without their code", len(wrong), 0)
    trial.at_most("innocent rows failed", len(innocent), 0)
    for words in [*wrong, *innocent][:5]:
        trial.note(words)
    killers = len(crowd.having(KILLS))
    trial.at_most("worker deaths", len(deaths.times), killers * DEATHS_OF_A_KILLER)
    _see_poison(trial, crowd, deaths)
    trial.note(f"failed rows by code: {dict(Counter(failed.values()))}")


def _see_poison(trial: Trial, crowd: Crowd, deaths: Deaths) -> None:
    refused = {r.identity for r in trial.requests() if r.status == 422}
    raised = len(trial.ground.log_lines("delivery.render_failed"))
    for fault, planned, seen in (
        ("a value its field refuses", len(crowd.having(REFUSED)), len(refused)),
        ("the mapping raised", len(crowd.having(RAISES)) * MAPPING_TRIES, raised),
        ("a row killed its worker", len(crowd.having(KILLS)) * DEATHS_ALONE, len(deaths.times)),
    ):
        trial.seen(fault, planned=planned, seen=seen)


def _members(changes: Iterator[Change]) -> Iterator[Change]:
    return map(_member, changes)


def _member(change: Change) -> Change:
    """Somebody who is sent, whatever chance made of them."""
    change.document["person"]["name"]["lastName"] = f"Ek{change.number}"
    change.document["segmentMembership"]["ups"][VIP]["status"] = "realized"
    return change


def _failed(trial: Trial) -> Sequence[tuple[str, str]]:
    rows = trial.ground.sql(
        "SELECT p.email, d.code FROM activations_delivery d JOIN activations_profile p "
        "ON p.id = d.profile_id WHERE d.state = 'failed' ORDER BY p.email"
    )
    return [(email, code) for email, code in rows]


def _stops(trial: Trial, *, is_open: bool = False) -> int:
    """Alerts of the stop. That identities failed is another one, open until the hour is over."""
    where = "AND resolved_at IS NULL" if is_open else ""
    ask = f"SELECT count(*) FROM connections_alert WHERE code = 'identical-rejections' {where}"
    found: int = trial.ground.sql(ask)[0][0]
    return found


def _wait_for_stop(trial: Trial) -> None:
    ask = "SELECT count(*) FROM connections_destination WHERE status = 'error'"
    processes.wait_until(
        lambda: trial.ground.sql(ask)[0][0] == 1, what="a stopped destination", seconds=60
    )
