"""Clocks that are ten years off and contradict the versions: what was sent, and what must be held.

A status has the time of its qualification for a version; a time that lies ahead counts from the
record's receipt. An attribute has the order in which the records were taken, whatever they say.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tests.torture import people
from tests.torture.people import Change

TEN_YEARS = timedelta(days=3652)


class Clock(StrEnum):
    """What dates one person's statuses: ahead and behind are ten years."""

    RIGHT = "right"
    LAST_BEHIND = "last version behind"
    FIRST_AHEAD = "first version ahead"
    LAST_TWO_AHEAD = "last two ahead, swapped"


WRONG = (Clock.LAST_BEHIND, Clock.FIRST_AHEAD, Clock.LAST_TWO_AHEAD)
# Of so many people in a row one has each of the wrong ones.
AMONG = 6


def of(number: int) -> Clock:
    place = number % AMONG
    return WRONG[place] if place < len(WRONG) else Clock.RIGHT


def qualified_at(*, number: int, version: int, rounds: int) -> datetime:
    """When this person's clock says that a version's statuses began."""
    at = people.FIRST_QUALIFIED_AT + timedelta(seconds=version)
    clock = of(number)
    if clock is Clock.LAST_BEHIND and version == rounds:
        return at - TEN_YEARS
    if clock is Clock.FIRST_AHEAD and version == 1:
        return at + TEN_YEARS
    if clock is Clock.LAST_TWO_AHEAD and version >= rounds - 1:
        return at + TEN_YEARS + timedelta(days=rounds - version)
    return at


@dataclass(frozen=True, slots=True)
class _Status:
    """One that was sent: `place` counts the records, `at` is what the clock said."""

    status: str
    version: int
    place: int
    at: datetime

    @property
    def rank(self) -> tuple[bool, datetime, int]:
        is_ahead = self.at >= people.FIRST_QUALIFIED_AT + TEN_YEARS
        # Ahead of every clock that is right, and among themselves by receipt.
        return is_ahead, people.FIRST_QUALIFIED_AT if is_ahead else self.at, self.place


class Sent:
    """The highest version of every status and attribute that was sent, and what contradicts it."""

    def __init__(self) -> None:
        self.copies = self.late = 0
        self._statuses: dict[tuple[int, str], list[_Status]] = {}
        self._tiers: dict[int, int] = {}
        self._places = itertools.count()
        self._seen: set[tuple[int, int, bool]] = set()

    def noting(self, records: Iterator[Change]) -> Iterator[Change]:
        """The records as they go out."""
        for record in records:
            self._note(record)
            yield record

    def told_apart(self) -> dict[Clock, int]:
        """By clock, statuses for which whoever goes by the number of the version, or by the date
        as it was sent, holds another one than the highest."""
        found = dict.fromkeys(WRONG, 0)
        for (number, _), statuses in self._statuses.items():
            clock = of(number)
            if clock is Clock.RIGHT:
                continue
            by_number = max(statuses, key=lambda each: each.version).status
            by_date = max(statuses, key=lambda each: each.at).status
            rival = by_date if clock is Clock.LAST_TWO_AHEAD else by_number
            found[clock] += rival != _highest(statuses)
        return found

    def wrong_statuses(
        self, held: Mapping[str, Mapping[str, Any]], fields: Mapping[str, str]
    ) -> list[str]:
        """Whose contact shows another status than the highest version's."""
        return [
            people.email(number)
            for (number, audience), statuses in self._statuses.items()
            if (contact := held.get(people.email(number))) is not None
            and contact["custom_fields"].get(fields[audience]) != _highest(statuses)
        ]

    def wrong_tiers(self, held: Mapping[str, Mapping[str, Any]]) -> list[str]:
        """Whose contact shows another version's attributes, whatever any clock said."""
        return [
            people.email(number)
            for number, version in self._tiers.items()
            if (contact := held.get(people.email(number))) is not None
            and people.version_of(dict(contact)) != version
        ]

    def _note(self, change: Change) -> None:
        document, place = change.document, next(self._places)
        kind = (change.number, change.version, "loyalty" in document)
        self.copies += kind in self._seen
        self._seen.add(kind)
        if "loyalty" in document:
            self._tiers[change.number] = max(change.version, self._tiers.get(change.number, 0))
        for audience, entry in document["segmentMembership"]["ups"].items():
            at = datetime.fromisoformat(entry["lastQualificationTime"])
            known = self._statuses.setdefault((change.number, audience), [])
            self.late += any(each.version > change.version for each in known)
            known.append(_Status(entry["status"], change.version, place, at))


def _highest(statuses: list[_Status]) -> str:
    return max(statuses, key=lambda each: each.rank).status
