"""Numbered people and numbered changes of them: one seed, always the same changes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.torture.setting import NEWS, VIP

# Of a hundred people so many have no last name (never sent), or only ever left (never sent).
NAMELESS_PERCENT = 1
ONLY_LEFT_PERCENT = 2
STATUSES = ("realized", "existing", "exited")
# Each version qualifies a second after the one before, all of them in the past.
FIRST_QUALIFIED_AT = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """The `version`th change of a person: a record as a data engineer would send it."""

    number: int
    version: int
    document: dict[str, Any]

    @property
    def email(self) -> str:
        return email(self.number)


def email(number: int) -> str:
    return f"person{number}@example.org"


def tier(version: int) -> str:
    """How a version is written into the profile, and found again in Zendesk."""
    return f"v{version}"


def version_of(contact: dict[str, Any]) -> int | None:
    """The version a contact of the sandbox holds; None when it says none."""
    text = str(contact["custom_fields"].get("Loyalty tier") or "")
    return int(text[1:]) if text[:1] == "v" and text[1:].isdigit() else None


class People:
    """Makes changes. `first` numbers the people, so that several crowds do not meet."""

    def __init__(self, *, seed: int, first: int = 0) -> None:
        self._seed = seed
        self._first = first
        self._versions: dict[int, int] = {}

    def changes(self, *, count: int) -> Iterator[Change]:
        """The next change of each of the first `count` people, in a shuffled order."""
        numbers = list(range(self._first, self._first + count))
        round_number = max((self._versions.get(number, 0) for number in numbers), default=0)
        random.Random(f"{self._seed}:order:{round_number}").shuffle(numbers)
        for number in numbers:
            yield self.change(number)

    def change(self, number: int) -> Change:
        """The next change of one person."""
        version = self._versions.get(number, 0) + 1
        self._versions[number] = version
        return Change(number, version, self._document(number, version))

    def _document(self, number: int, version: int) -> dict[str, Any]:
        kind = random.Random(f"{self._seed}:kind:{number}").random() * 100
        chance = random.Random(f"{self._seed}:{number}:{version}")
        name: dict[str, Any] = {"firstName": f"Ann{chance.randrange(1000)}"}
        if kind >= NAMELESS_PERCENT:
            name["lastName"] = f"Ek{number}"
        document: dict[str, Any] = {
            "identityMap": {"Email": [{"id": _spelt(number, chance), "primary": True}]},
            "person": {"name": name},
            "loyalty": {"tier": tier(version), "points": version},
        }
        if chance.random() < 0.5:
            document["mobilePhone"] = {"number": f"+46 70 {chance.randrange(10**7):07d}"}
        only_left = NAMELESS_PERCENT <= kind < NAMELESS_PERCENT + ONLY_LEFT_PERCENT
        document["segmentMembership"] = {"ups": _statuses(version, chance, only_left)}
        return document


def _statuses(version: int, chance: random.Random, only_left: bool) -> dict[str, dict[str, str]]:
    at = (FIRST_QUALIFIED_AT + timedelta(seconds=version)).isoformat()
    vip = "realized" if version == 1 else chance.choice(STATUSES)
    entries = {VIP: "exited" if only_left else vip}
    if chance.random() < 0.4:
        entries[NEWS] = "exited" if only_left else chance.choice(STATUSES)
    return {
        audience: {"status": status, "lastQualificationTime": at}
        for audience, status in entries.items()
    }


def _spelt(number: int, chance: random.Random) -> str:
    """Now and then with capitals and blanks: it is the same person."""
    address = email(number)
    return f" {address.upper()} " if chance.random() < 0.05 else address
