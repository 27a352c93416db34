"""A small workspace that delivers to the sandbox: people in, contacts out, and what was asked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.utils import timezone

from activations import pipeline
from activations.models import Audience, Delivery
from activations.pipeline import DeliveryReport
from activations.profiles.rows import Row
from connections.models import Account, Destination
from connections.zendesk.sandbox import RequestRecord, RunningSandbox
from tests import factories

FIELD = "VIP audience"
OTHER_FIELD = "Newsletter audience"


@dataclass(frozen=True, slots=True)
class Stage:
    running: RunningSandbox
    destination: Destination
    audience: Audience

    @property
    def account(self) -> Account:
        assert self.destination.account is not None
        return self.destination.account

    @property
    def contacts(self) -> dict[str, dict[str, Any]]:
        """By e-mail; fails on two contacts with one address."""
        with self.running.sandbox.lock:
            found = self.running.sandbox.contacts.all()
        by_email = {contact["email"].lower(): contact for contact in found}
        assert len(by_email) == len(found), "two contacts have one e-mail address"
        return by_email

    @property
    def writes(self) -> list[RequestRecord]:
        """Every request that would write a contact, oldest first."""
        with self.running.sandbox.lock:
            return [r for r in self.running.sandbox.requests.all() if _is_write(r)]

    def ingest(self, people: Iterable[dict[str, Any]]) -> None:
        rows = (Row(number, document) for number, document in enumerate(people, start=1))
        complaints: list[Any] = []
        pipeline.ingest(rows=rows, clock=timezone.now, on_complaint=complaints.append)
        assert complaints == []

    def person(
        self, number: int, *, last_name: str = "Ek", status: str | None = "realized"
    ) -> dict[str, Any]:
        """A record about one person; every call counts as newer than the one before."""
        document: dict[str, Any] = {
            "identityMap": {"Email": [{"id": email(number)}]},
            "person": {"name": {"lastName": last_name}},
        }
        if status is not None:
            standing = {"status": status, "lastQualificationTime": timezone.now().isoformat()}
            document["segmentMembership"] = {
                self.audience.namespace: {self.audience.external_id: standing}
            }
        return document

    def people(self, count: int, **details: Any) -> list[dict[str, Any]]:
        return [self.person(number, **details) for number in range(count)]

    def rows(self, **conditions: Any) -> list[Delivery]:
        return list(self.destination.deliveries.filter(**conditions).order_by("pk"))

    def states(self) -> dict[str, int]:
        counts: dict[str, int] = {}
        for row in self.rows():
            counts[row.state] = counts.get(row.state, 0) + 1
        return counts


def email(number: int) -> str:
    return f"person{number}@example.org"


def build(running: RunningSandbox, **destination: Any) -> Stage:
    """A destination that sends one audience; nobody is in it yet."""
    made = factories.DestinationFactory(**destination)
    factories.map_mandatory(made)
    activation = factories.ActivationFactory(destination=made, mapping_id=FIELD)
    return Stage(running, made, activation.audience)


def beside(stage: Stage) -> Stage:
    """A second destination on the same account, for the same audience."""
    made = factories.DestinationFactory(account=stage.account)
    factories.map_mandatory(made)
    factories.ActivationFactory(destination=made, audience=stage.audience, mapping_id=OTHER_FIELD)
    return Stage(stage.running, made, stage.audience)


def deliver(
    *, max_seconds: float = 20.0, until_idle: bool = True, later_seconds: float = 0.0
) -> DeliveryReport:
    """In this process; `later_seconds` from now by its clock, so that no test waits for a retry."""
    clock = pipeline.steady_clock()
    return pipeline.deliver(
        clock=lambda: clock() + timedelta(seconds=later_seconds),
        until_idle=until_idle,
        max_seconds=max_seconds,
    )


def overlaps(requests: Iterable[RequestRecord]) -> list[str]:
    """E-mail addresses that two requests were about at one time."""
    by_email: dict[str, list[RequestRecord]] = {}
    for request in requests:
        by_email.setdefault(request.email or "", []).append(request)
    return [
        address
        for address, records in by_email.items()
        for first, second in pairwise(sorted(records, key=lambda r: r.accepted_mono))
        # Without an answer nobody knows how long it took; those are not asked about here.
        if first.answered_mono is not None and first.answered_mono > second.accepted_mono
    ]


def _is_write(record: RequestRecord) -> bool:
    return record.method in {"POST", "PUT"} and record.path.startswith("/v2/contacts")
