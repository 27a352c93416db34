"""Spells of bad weather on the line of one account, and the pace of another beside it.

All accounts talk to one address, so the proxy between looks at the token: only requests of the
first account meet trouble. A connection that is refused or not answered, or whose name is not
found, has no token yet: whoever dials meets that. So the first account's connections are reset
then, and those of the other, which stand, must go on at their pace; the ingest as well.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import yaml

from tests.torture.ledger import Request
from tests.torture.oracle import PLAN
from tests.torture.people import FIRST_QUALIFIED_AT, Change, People
from tests.torture.proxy import Proxy
from tests.torture.setting import REAL_PACE, TOKEN, WORKSPACE, Setting
from tests.torture.trial import FULL, Trial
from tests.torture.troubles import OF_CONNECTIONS, Trouble
from tests.torture.twin import Plan
from tests.torture.verdict import Check

PARTNERS_TOKEN = "8" * 64
PARTNERS = "4b1f7c52-9d0e-4c35-8a27-61c3f1d2e9b0"
PARTNERS_FIRST = 500_000_000
MOST_PARTNERS = 1_000_000
ACCOUNT, PARTNERS_ACCOUNT = "Torture", "Partners"
LONGEST_FINE_SECONDS = 30.0
# The breaker probes every half a minute at the latest.
USUAL_RETURN_SECONDS = 35.0
LONGEST_RETURN_SECONDS = 60.0
# What it may take to notice that a deadline is over.
NOTICE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Spell:
    """Some weather, from `began` to `ended` (monotonic seconds)."""

    name: str
    began: float
    ended: float

    def pace(self, requests: Sequence[Request]) -> float:
        """Of the other account, in requests per second."""
        count = sum(
            _is_of_partners(r) and self.began <= r.accepted_mono < self.ended for r in requests
        )
        return count / (self.ended - self.began)


def endure(trial: Trial, troubles: dict[str, Trouble], *, seconds: float) -> list[Spell]:
    """Fine weather first, then one trouble after the other, each until requests pass again."""
    proxy: Proxy = trial.ground.proxy
    spells = [begin(trial, seconds=seconds, spells=len(troubles))]
    for name, trouble in troubles.items():
        with_ingest = trouble.verb in OF_CONNECTIONS
        meet = partial(proxy.meet, trouble)
        spells.append(
            spell(trial, name, meet, proxy.clear, seconds=seconds, with_ingest=with_ingest)
        )
    return spells


def begin(trial: Trial, *, seconds: float, spells: int) -> Spell:
    """Enough work for both accounts, and their pace in fine weather."""
    fine_seconds = min(seconds, LONGEST_FINE_SECONDS)
    longest = fine_seconds + spells * (seconds + USUAL_RETURN_SECONDS)
    ours, theirs = (round(REAL_PACE * part * longest) for part in (0.5, 1.0))
    trial.feed(batch=500).send(_partners(trial, count=theirs))
    trial.feed(batch=500).send(trial.changes(people=ours, rounds=1))
    for account in (ACCOUNT, PARTNERS_ACCOUNT):
        _wait_for_delivery(trial, account, before=0)
    began = time.monotonic()
    time.sleep(fine_seconds)
    return Spell("fine weather", began, time.monotonic())


def spell(
    trial: Trial,
    name: str,
    begin: Callable[[], None],
    end: Callable[[], None],
    *,
    seconds: float,
    with_ingest: bool,
) -> Spell:
    began = time.monotonic()
    begin()
    ends_at = began + seconds
    if with_ingest:
        _ingest_meanwhile(trial, name, ends_at=ends_at)
    time.sleep(max(0.0, ends_at - time.monotonic()))
    ended, before = time.monotonic(), _delivered(trial, ACCOUNT)
    end()
    waited = _wait_for_delivery(trial, ACCOUNT, before=before)
    trial.note(f"{name}: the next delivery after {waited:.1f} s")
    return Spell(name, began, ended)


def _ingest_meanwhile(trial: Trial, name: str, *, ends_at: float) -> None:
    """What has nothing to do with the network answers as ever."""
    feed = trial.feed(batch=10, per_second=20)
    while time.monotonic() < ends_at - 1:
        feed.send(trial.changes(people=10, rounds=1))
    others = sum(count for status, count in feed.answers.items() if status != "202")
    trial.at_most(f"{name}: ingest answers other than 202", others, 0)
    trial.note(
        f"{name}: ingest answered {feed.answers['202']} times in {feed.slowest_seconds:.2f} s"
    )


def _delivered(trial: Trial, account: str) -> int:
    """How many deliveries of an account have reached Zendesk, over and over."""
    count = (
        "SELECT count(*) FROM activations_attempt t "
        "JOIN activations_delivery d ON d.id = t.delivery_id "
        "JOIN connections_account a ON a.id = d.account_id "
        "WHERE t.outcome = 'written' AND a.name = %s"
    )
    return int(trial.ground.sql(count, [account])[0][0])


def _wait_for_delivery(trial: Trial, account: str, *, before: int) -> float:
    """Until one more got through. Raises TimeoutError."""
    started = time.monotonic()
    while _delivered(trial, account) <= before:
        if time.monotonic() - started > LONGEST_RETURN_SECONDS:
            raise TimeoutError(f"no delivery within {LONGEST_RETURN_SECONDS:g} s")
        time.sleep(0.25)
    return time.monotonic() - started


def judge(trial: Trial, spells: Sequence[Spell]) -> None:
    # At the real pace what is left takes longer than the verdict waits.
    trial.calm()
    trial.drain(seconds=900)
    trial.judge()
    setting, proxy = trial.ground.setting, trial.ground.proxy
    limit = setting.deadline + NOTICE_SECONDS
    trial.at_most("oldest request, seconds", round(proxy.seen.longest_seconds, 2), limit)
    requests = [request for request in trial.requests() if request.is_write]
    fine = spells[0].pace(requests)
    trial.note(f"pace of the other account in fine weather: {fine:.2f} requests/s")
    # The few seconds of the quick tier say nothing about a pace.
    if trial.tier == FULL:
        trial.verdict.checks += paces(spells, requests)


def paces(spells: Sequence[Spell], requests: Sequence[Request]) -> list[Check]:
    """The other account's pace in each spell, beside that in the first one."""
    fine = spells[0].pace(requests)
    return [
        Check(f"pace of the other: {s.name}", round(s.pace(requests) / fine, 3), 0.95, True)
        for s in spells[1:]
    ]


def see_unsent(trial: Trial) -> None:
    """A refused connection reaches nobody: the product's own records tell of it."""
    count = "SELECT count(*) FROM activations_attempt WHERE outcome = 'not-sent'"
    trial.seen(
        "requests not sent, as the product saw", planned=1, seen=trial.ground.sql(count)[0][0]
    )


def _is_of_partners(request: Request) -> bool:
    number = (request.identity or "").partition("@")[0].casefold().removeprefix("person")
    return number.isdigit() and 0 <= int(number) - PARTNERS_FIRST < MOST_PARTNERS


def _partners(trial: Trial, *, count: int) -> Iterator[Change]:
    """New people whom only the other destination sends."""
    trial.oracle.plan = Plan(audiences=(*PLAN.audiences, (PARTNERS, "VIP audience")))
    for change in People(seed=trial.seed, first=PARTNERS_FIRST).changes(count=count):
        at = (FIRST_QUALIFIED_AT + timedelta(seconds=change.version)).isoformat()
        entry = {"status": "realized", "lastQualificationTime": at}
        change.document["segmentMembership"] = {"ups": {PARTNERS: entry}}
        yield change


def two_accounts(*, deadline: float) -> Setting:
    """A destination each, and the proxy between the product and the sandbox."""
    document = yaml.safe_load(WORKSPACE)
    document["accounts"].append(
        {"name": PARTNERS_ACCOUNT, "platform": "zendesk-sell", "token_env": "PARTNERS_TOKEN"}
    )
    document["audiences"].append({"id": PARTNERS, "name": "Partners"})
    entry = {"audience": f"ups/{PARTNERS}", "mapping_id": "VIP audience", "start": "2026-01-01"}
    document["destinations"].append(
        {
            **document["destinations"][0],
            "name": "Partners",
            "account": PARTNERS_ACCOUNT,
            "audiences": [entry],
        }
    )
    return Setting(
        rate=REAL_PACE,
        deadline=deadline,
        lease=3 * deadline,
        has_proxy=True,
        tokens=(TOKEN, PARTNERS_TOKEN),
        workspace=yaml.safe_dump(document, sort_keys=False),
        environment={"PARTNERS_TOKEN": PARTNERS_TOKEN},
    )
