"""What was promised? Every 2xx of the product is an obligation, and the twin says what it means."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.torture.people import Change
from tests.torture.setting import NEWS, VIP
from tests.torture.twin import Expected, Person, Plan

PLAN = Plan(audiences=((VIP, "VIP audience"), (NEWS, "Newsletter audience")))


class Oracle:
    """Hears each acknowledged change in the order of the acknowledgements."""

    def __init__(self, *, plan: Plan = PLAN) -> None:
        # A scenario that edits the mapping puts the last one here.
        self.plan = plan
        self.acknowledged = 0
        self._people: dict[str, Person] = {}
        self._newest: dict[str, int] = {}
        self._lock = threading.Lock()

    def oblige(self, changes: Sequence[Change]) -> None:
        """The product answered 2xx: from now on it owes these."""
        at = datetime.now(UTC)
        with self._lock:
            for change in changes:
                person = self._people.setdefault(change.email, Person(email=change.email))
                person.hear(change.document, received_at=at)
                newest = self._newest.get(change.email, 0)
                self._newest[change.email] = max(newest, change.version)
            self.acknowledged += len(changes)

    def expected(self) -> dict[str, Expected]:
        """By e-mail address, everybody anything was acknowledged about."""
        with self._lock:
            return {email: who.expected(self.plan) for email, who in self._people.items()}

    def newest_version(self, email: str) -> int:
        """Of what was acknowledged; 0 for a stranger."""
        return self._newest.get(email, 0)
