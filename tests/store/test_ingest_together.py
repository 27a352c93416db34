"""Several ingests at once over the same people: nothing lost, nothing twice, no deadlock."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from activations.ingestion import ingest
from activations.models import Audience, Membership, Profile
from activations.profiles.rows import Row

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE = 1_000


def person(number: int, who: str, seconds: int) -> dict[str, Any]:
    qualified = f"2026-03-01T09:00:0{seconds}Z"
    entry = {"status": "realized", "lastQualificationTime": qualified}
    return {
        "identityMap": {"Email": [{"id": f"p{number}@example.org"}]},
        "seen": {who: True},
        "segmentMembership": {"ups": {"all": entry, f"of {who}": entry}},
    }


def test_two_ingests_over_the_same_people_in_opposite_order() -> None:
    def run(who: str, numbers: Sequence[int]) -> int:
        rows = (Row(number, person(number, who, len(who))) for number in numbers)
        try:
            return ingest(rows=rows, clock=lambda: NOON, on_complaint=print).accepted
        finally:
            connection.close()

    forwards, backwards = range(PEOPLE), range(PEOPLE - 1, -1, -1)
    with ThreadPoolExecutor(max_workers=2) as pool:
        accepted = list(pool.map(run, ("a", "bb"), (forwards, backwards)))

    assert accepted == [PEOPLE, PEOPLE]
    assert Profile.objects.count() == PEOPLE
    both = Profile.objects.filter(attributes__seen__a=True, attributes__seen__bb=True)
    assert both.count() == PEOPLE
    assert Audience.objects.count() == 3
    assert Membership.objects.count() == 3 * PEOPLE
    newest = datetime(2026, 3, 1, 9, 0, 2, tzinfo=UTC)
    told = Membership.objects.filter(audience__external_id="all", last_qualified_at=newest)
    assert told.count() == PEOPLE
