"""The same person again and again: at once, twice, out of order, by clocks that are wrong."""

import random
import threading
from collections.abc import Iterator

from tests.torture import clocks, people
from tests.torture.clocks import Clock, Sent
from tests.torture.feed import LONGEST_TRYING_SECONDS, at_once
from tests.torture.people import Change
from tests.torture.registry import scenario
from tests.torture.setting import NEWS, VIP, WORKSPACE, Setting
from tests.torture.trial import Trial
from tests.torture.twin import Plan

WORKERS = 8
UPDATES_PER_SECOND = 50.0
# Shuffled within so many records, as a queue with several consumers does.
WINDOW = 1_000
MOST_COPIES = 5

SECOND_DESTINATION = f"""\
  - name: Torture beside
    account: Torture
    mappings:
      - {{source: "IdentityMap: Email", target: "Identity: email"}}
      - {{source: "xdm: person.name.lastName", target: "xdm: last_name"}}
      - {{source: "xdm: loyalty.tier", target: "xdm: custom_fields.Loyalty tier"}}
    audiences:
      - {{audience: "ups/{VIP}", mapping_id: Churn risk, start: 2026-01-01}}
"""
BOTH = Plan(audiences=((VIP, "VIP audience"), (NEWS, "Newsletter audience"), (VIP, "Churn risk")))


@scenario(
    name="one-identity",
    target="eight workers, one identity updated 2,000 times: no overlap, no duplicate",
)
def one_identity(trial: Trial) -> None:
    updates = trial.size(2_000, quick=100)
    trial.open(Setting(), workers=trial.size(WORKERS, quick=2))
    feed = trial.feed(batch=1, per_second=UPDATES_PER_SECOND)
    feed.send(_members(trial.changes(people=1, rounds=updates)))
    trial.judge()
    requests = sum(r.is_write and r.identity == people.email(0) for r in trial.requests())
    trial.seen(
        "updates of one identity",
        planned=updates,
        seen=trial.oracle.newest_version(people.email(0)),
    )
    trial.at_most("requests for it", requests, updates)


@scenario(
    name="new-twice",
    target="eight workers, 200 new identities twice at once: no overlap, no duplicate",
)
def new_twice(trial: Trial) -> None:
    identities = trial.size(200, quick=40)
    trial.open(Setting(), workers=trial.size(WORKERS, quick=2))
    assert trial.crew is not None
    trial.feed().send(_members(trial.changes(people=1, rounds=1)))
    trial.crew.wait_until_at_work()
    together = threading.Barrier(2, timeout=LONGEST_TRYING_SECONDS)
    feeds = [trial.feed(batch=10, gate=together.wait) for _ in range(2)]
    changes = list(_members(trial.changes(people=identities, rounds=1)))
    # Word for word the same records: whichever comes first, the other changes nothing.
    for feed in feeds:
        feed.start(changes)
    for feed in feeds:
        feed.wait()
    acknowledged = trial.oracle.acknowledged - 1
    trial.seen("identities sent twice", planned=2 * identities, seen=acknowledged)
    both = at_once(*(feed.last_sent for feed in feeds))
    trial.seen("identities sent twice at once", planned=identities, seen=both)


@scenario(
    name="two-destinations",
    target="two destinations on one account, eight workers: no overlap, no duplicate",
)
def two_destinations(trial: Trial) -> None:
    count, rounds = trial.size(500, quick=60), trial.size(6, quick=2)
    trial.open(
        Setting(workspace=WORKSPACE + SECOND_DESTINATION), workers=trial.size(WORKERS, quick=2)
    )
    trial.oracle.plan = BOTH
    feed = trial.feed(per_second=200)
    feed.send(_members(trial.changes(people=count, rounds=rounds)))
    trial.judge()
    rows = trial.ground.sql("SELECT destination_id, count(*) FROM activations_delivery GROUP BY 1")
    trial.seen("destinations with deliveries", planned=2, seen=len(rows))


@scenario(
    name="inbound-duplicates",
    target="inbound duplicates 1 to 5 times and shuffled; clocks ten years off, against the "
    "versions: final state equals the highest version",
)
def inbound_duplicates(trial: Trial) -> None:
    """What has a version is shuffled: a status, by its time of qualification.

    An attribute's version is the order in which the product took the records, so the copies of
    one are sent before the next one of the same person, amid everybody else's shuffled ones.
    """
    count, rounds = trial.size(2_000, quick=100), trial.size(5, quick=3)
    trial.open(Setting(), workers=2)
    sent = Sent()
    records = _shuffled(_records(trial, count, rounds), trial.random)
    trial.feed(batch=100).send(sent.noting(records))
    trial.judge()
    trial.seen("copies beyond the first", planned=1, seen=sent.copies)
    trial.seen("records after a newer one", planned=1, seen=sent.late)
    for clock, told_apart in sent.told_apart().items():
        trial.seen(f"told apart: {clock}", planned=1, seen=told_apart)
    held = {str(c["email"]): c for c in trial.ground.simulator.contacts()}
    fields = dict(trial.oracle.plan.audiences)
    trial.at_most("statuses not of the highest version", len(sent.wrong_statuses(held, fields)), 0)
    trial.at_most("attributes not of the highest version", len(sent.wrong_tiers(held)), 0)


def _records(trial: Trial, count: int, rounds: int) -> Iterator[Change]:
    """Each change 1 to 5 times, as one record of attributes and one of statuses.

    By a clock that is wrong both are in one record: it must not decide about the attributes.
    """
    for change in _members(trial.changes(people=count, rounds=rounds)):
        document = change.document
        at = clocks.qualified_at(number=change.number, version=change.version, rounds=rounds)
        for entry in document["segmentMembership"]["ups"].values():
            entry["lastQualificationTime"] = at.isoformat()
        records = [document]
        if clocks.of(change.number) is Clock.RIGHT:
            names = ("identityMap", "segmentMembership")
            records.append({name: document[name] for name in names})
            records[0] = document | {"segmentMembership": {"ups": {}}}
        for record in records:
            for _ in range(trial.random.randint(1, MOST_COPIES)):
                yield Change(change.number, change.version, record)


def _shuffled(records: Iterator[Change], chance: random.Random) -> Iterator[Change]:
    """Windows of records out of order; one person's attributes stay in theirs."""
    window: list[Change] = []
    for record in records:
        window.append(record)
        if len(window) == WINDOW:
            yield from _mixed(window, chance)
            window = []
    yield from _mixed(window, chance)


def _mixed(window: list[Change], chance: random.Random) -> list[Change]:
    mixed = window[:]
    chance.shuffle(mixed)
    places: dict[int, list[int]] = {}
    for place, record in enumerate(mixed):
        if "loyalty" in record.document:
            places.setdefault(record.number, []).append(place)
    for found in places.values():
        ordered = sorted((mixed[place] for place in found), key=lambda record: record.version)
        for place, record in zip(found, ordered, strict=True):
            mixed[place] = record
    return mixed


def _members(changes: Iterator[Change]) -> Iterator[Change]:
    """Everybody has a name and stays a member, so that everybody must be in Zendesk."""
    for change in changes:
        change.document["person"]["name"]["lastName"] = f"Ek{change.number}"
        vip = change.document["segmentMembership"]["ups"][VIP]
        if vip["status"] == "exited":
            vip["status"] = "existing"
        yield change
