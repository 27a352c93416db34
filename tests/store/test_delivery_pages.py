"""Lists of a destination's profiles: the next page is found without sorting all of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activations.queries import deliveries
from activations.queries.deliveries import Kind, Place
from tests import factories

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables whole"),
]


@pytest.mark.parametrize("code", [None, "zendesk-409"])
@pytest.mark.parametrize("back", [False, True])
def test_nothing_is_sorted(code: str | None, back: bool) -> None:
    destination = factories.DestinationFactory()
    factories.DeliveryFactory(destination=destination, state="failed", code="zendesk-409")
    place = Place(10**6, "zendesk-409")
    with CaptureQueriesContext(connection) as queries:
        deliveries.page(
            destination_id=destination.pk,
            kind=Kind("failed", code),
            after=None if back else place,
            before=place if back else None,
        )
    lists = [query["sql"] for query in queries if "ORDER BY" in query["sql"]]
    assert lists
    for sql in lists:
        plan = _plan(sql)
        assert "delivery_by_code" in plan
        assert "TEMP B-TREE" not in plan


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return "\n".join(row[-1] for row in cursor.fetchall())
