"""Where each person stands at each destination, and what was sent. Knows no database.

What the database checks holds here too: delivered means up to date and settled, leased has an
end, and excluded and failed say why.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from activations.services.large_demo.crowd import EXITED, Person
from activations.services.large_demo.layout import ENABLED, FLOWS, Flow, Layout
from activations.services.large_demo.moments import Moment, Moments
from activations.terms import Lane

DELIVERY_COLUMNS: Final = (
    *("id", "destination_id", "account_id", "profile_id", "desired_seq", "delivered_seq"),
    *("delivered_digest", "delivered_at", "rendered_version", "contact_id", "state", "lane"),
    *("next_attempt_at", "fence", "lease_until", "unsettled_until", "attempts", "crashes"),
    *("code", "detail", "updated_at"),
)
ATTEMPT_COLUMNS: Final = (
    *("delivery_id", "fence", "seq", "digest", "started_at", "deadline_at"),
    *("outcome", "http_status", "code", "request_id"),
)
# Of the newest configuration of every destination.
MAPPING_VERSION: Final = 3
# Of those who were delivered, so many still have their request in the log.
_LOGGED: Final = 0.15
_WAITING: Final = 0.003
# Of the first people, every so-many-th is in flight: at each destination another one, since a
# contact has one writer.
_IN_FLIGHT_AMONG: Final = 1_000
_IN_FLIGHT_EVERY: Final = 50
# Code, status and what Zendesk said.
_REFUSALS: Final = (
    ("zendesk-422-incorrect_value", 422, "Loyalty tier: “platinum” is not among the choices."),
    ("zendesk-422-unknown", 422, "custom_fields.Shoe size is not known."),
    ("zendesk-409", 409, "Several contacts have this e-mail address."),
    ("zendesk-400", 400, "The phone number is too long."),
)
_REFUSAL_WEIGHTS: Final = (60, 75, 95, 100)
_DETAILS: Final = {
    "missing-email": "The profile has no Email identity.",
    "invalid-email": "The Email identity is not an address.",
    "missing-last-name": "person.name.lastName is empty.",
}
_CONTACTS_OF_ACCOUNT: Final = 1_000_000_000


@dataclass(slots=True)
class Standings:
    """Deals out states; `deliveries` and `attempts` hold the rows since they were last taken."""

    layout: Layout
    moments: Moments
    chance: random.Random
    deliveries: list[tuple[Any, ...]] = field(default_factory=list)
    attempts: list[tuple[Any, ...]] = field(default_factory=list)
    _last: int = 0

    def add(self, person: Person) -> None:
        """Everything the destinations know about one person."""
        for flow in self._flows(person):
            self._last += 1
            self._stand(flow, FLOWS[flow], person)

    def take(self) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """The rows so far; what follows starts anew."""
        taken = self.deliveries, self.attempts
        self.deliveries, self.attempts = [], []
        return taken

    def _flows(self, person: Person) -> Iterator[int]:
        """Those that send them; of those they only left, some were never told of them."""
        found: dict[int, bool] = {}
        for audience, status in person.entries:
            for flow in self.layout.flows_of[audience]:
                found[flow] = found.get(flow, False) or status != EXITED
        for flow, is_member in found.items():
            if is_member or (not person.lacks and self.chance.random() < 0.7):
                yield flow

    def _stand(self, number: int, flow: Flow, person: Person) -> None:
        draw = self.chance.random()
        is_busy = flow.status == ENABLED and flow.account != 3
        if draw < flow.backlog:
            self._pending(number, flow, person)
        elif person.lacks:
            self._excluded(number, person)
        elif draw < flow.backlog + flow.failing:
            self._failed(number, person)
        elif is_busy and _is_in_flight(number, person):
            self._in_flight(number, person)
        elif is_busy and draw < flow.backlog + flow.failing + _WAITING:
            self._waiting(number, person)
        else:
            self._delivered(number, person)

    def _pending(self, number: int, flow: Flow, person: Person) -> None:
        lane = Lane.BACKFILL if flow.is_backfilling else Lane.LIVE
        moment = self.chance.choice(self.moments.past)
        self._row(number, person, state="pending", lane=lane, due=moment.at, updated=moment.at)

    def _excluded(self, number: int, person: Person) -> None:
        moment, code = self.chance.choice(self.moments.past), person.lacks
        told = {"code": code, "detail": _DETAILS[code], "updated": moment.at, "fence": 1}
        self._row(number, person, state="excluded", **told)

    def _failed(self, number: int, person: Person) -> None:
        code, status, said = self.chance.choices(_REFUSALS, cum_weights=_REFUSAL_WEIGHTS)[0]
        moment = self.chance.choice(self.moments.past)
        self._row(
            number,
            person,
            state="failed",
            code=code,
            detail=said,
            updated=moment.at,
            fence=1,
            attempts=1,
        )
        self._attempt(person, moment, outcome="rejected", status=status, code=code)

    def _in_flight(self, number: int, person: Person) -> None:
        now, end = self.moments.now, self.moments.lease_ends_at
        self._row(number, person, state="leased", fence=1, lease=end, updated=now)
        self.attempts.append((self._last, 1, 1, person.digest, now, end, "", None, "", ""))

    def _waiting(self, number: int, person: Person) -> None:
        moment, due = self.chance.choice(self.moments.past), self.chance.choice(self.moments.soon)
        is_unknown = self.chance.random() < 0.5
        code = "network" if is_unknown else "zendesk-503"
        self._row(
            number,
            person,
            state="waiting",
            code=code,
            detail="",
            updated=moment.at,
            due=due,
            fence=1,
            attempts=1,
            in_doubt=self.moments.in_doubt_until,
        )
        status = None if is_unknown else 503
        self._attempt(person, moment, outcome="unknown", status=status, code=code)

    def _delivered(self, number: int, person: Person) -> None:
        moment = self.chance.choice(self.moments.past)
        account = FLOWS[number].account
        contact = (account + 1) * _CONTACTS_OF_ACCOUNT + person.number
        self._row(
            number,
            person,
            state="delivered",
            delivered=1,
            delivered_at=moment.at,
            fence=1,
            digest=person.digest,
            contact=contact,
            updated=moment.at,
        )
        if self.chance.random() < _LOGGED:
            self._attempt(person, moment, outcome="written", status=200, code="")

    def _attempt(
        self, person: Person, moment: Moment, *, outcome: str, status: int | None, code: str
    ) -> None:
        request = f"demo-{self._last:09d}"
        self.attempts.append(
            (
                *(self._last, 1, 1, person.digest, moment.begun_at, moment.lease_ends_at),
                *(outcome, status, code, request),
            )
        )

    def _row(self, number: int, person: Person, **told: Any) -> None:
        get = told.get
        self.deliveries.append(
            (
                *(self._last, number + 1, FLOWS[number].account + 1, person.number),
                *(1, get("delivered", 0), get("digest", ""), get("delivered_at")),
                *(MAPPING_VERSION, get("contact"), told["state"], get("lane", Lane.LIVE).value),
                *(get("due", told["updated"]), get("fence", 0), get("lease"), get("in_doubt")),
                *(get("attempts", 0), 0, get("code", ""), get("detail", ""), told["updated"]),
            )
        )


def _is_in_flight(number: int, person: Person) -> bool:
    return person.number <= _IN_FLIGHT_AMONG and person.number % _IN_FLIGHT_EVERY == number
