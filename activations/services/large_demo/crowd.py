"""People in their thousands, with the audiences they are in. Knows no database."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from activations.profiles import digest, record
from activations.services import demo_people
from activations.services.large_demo.layout import BROAD, Layout
from activations.services.large_demo.moments import Moments
from activations.terms import ExclusionCode, MembershipStatus, Origin

PROFILE_COLUMNS: Final = (
    *("id", "identity", "email", "attributes", "identities", "digest"),
    *("created_at", "updated_at"),
)
MEMBERSHIP_COLUMNS: Final = (
    *("profile_id", "audience_id", "status", "last_qualified_at", "valid_until"),
)
REALIZED, EXISTING, EXITED = (status.value for status in MembershipStatus)
_STATUSES: Final = (REALIZED, EXISTING, EXITED)
_STATUS_WEIGHTS: Final = (55, 80, 100)
# How many of the smaller audiences a person is in, and how often that is.
_COUNTS: Final = (0, 1, 2, 3, 4, 6, 12)
_COUNT_WEIGHTS: Final = (10, 40, 65, 80, 90, 98, 100)


@dataclass(frozen=True, slots=True)
class Person:
    """`lacks` is why nobody could send them, empty for most; `entries` are audience, status."""

    number: int
    row: tuple[Any, ...]
    digest: str
    lacks: str
    entries: Sequence[tuple[int, str]]


def people(
    *, first: int, count: int, layout: Layout, moments: Moments, at: datetime
) -> Iterator[Person]:
    """Numbers `first` and on: the same ones whatever came before."""
    chance = random.Random(first)  # noqa: S311 - repeatable on purpose
    documents = demo_people.documents(count=count, seed=first, first=first)
    for number, document in enumerate(documents, start=first):
        del document["segmentMembership"]
        told = record.parse(document=document, received_at=at)
        content = digest.content(attributes=told.attributes, identities=told.identities)
        moment = chance.choice(moments.past)
        yield Person(
            number=number,
            row=(
                *(number, told.identity, told.email, content.attributes, content.identities),
                *(content.digest, moment.begun_at, moment.at),
            ),
            digest=content.digest,
            lacks=_lacks(told),
            entries=_entries(layout, chance),
        )


def memberships(
    *, person: Person, layout: Layout, moments: Moments, chance: random.Random
) -> Iterator[tuple[Any, ...]]:
    """Their rows; audiences are numbered from 1. Who came by upload leaves some day."""
    for audience, status in person.entries:
        is_upload = layout.audiences[audience].origin == Origin.UPLOAD and status != EXITED
        until = chance.choice(moments.later) if is_upload else None
        yield person.number, audience + 1, status, chance.choice(moments.past).at, until


def _entries(layout: Layout, chance: random.Random) -> Sequence[tuple[int, str]]:
    chosen = {index for index, share in enumerate(BROAD) if chance.random() < share}
    count = chance.choices(_COUNTS, cum_weights=_COUNT_WEIGHTS)[0]
    chosen.update(chance.choices(layout.rest, cum_weights=layout.popularity, k=count))
    statuses = chance.choices(_STATUSES, cum_weights=_STATUS_WEIGHTS, k=len(chosen))
    return list(zip(sorted(chosen), statuses, strict=True))


def _lacks(told: record.Record) -> str:
    if not told.email:
        return ExclusionCode.MISSING_EMAIL.value
    if "@" not in told.email:
        return ExclusionCode.INVALID_EMAIL.value
    if "lastName" not in told.attributes["person"]["name"]:
        return ExclusionCode.MISSING_LAST_NAME.value
    return ""
