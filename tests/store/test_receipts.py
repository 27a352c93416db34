"""A late twin of a request: what it may still store once its answer stands."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from activations import chunks, ingestion
from activations.ingestion import IngestReport
from activations.models import IngestReceipt, Profile
from activations.profiles.rows import Row
from activations.services.receipts import AlreadyAnswered, Receipt, of_request
from tests.factories import ApiKeyFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "SIZE", 2)


@pytest.fixture
def receipt() -> Receipt:
    found = of_request(
        api_key_id=ApiKeyFactory().pk,
        key="order-1",
        body_digest=lambda: "0" * 64,
        answer=lambda report: {"accepted": report.accepted, "changed": report.changed},
    )
    assert found is not None
    return found


def row(number: int, tier: str) -> Row:
    person = {"identityMap": {"Email": [{"id": f"p{number}@example.org"}]}, "tier": tier}
    return Row(number=number, document=person)


def ingest(rows: Iterator[Row], receipt: Receipt | None) -> IngestReport:
    return ingestion.ingest(
        rows=rows, clock=lambda: NOON, on_complaint=lambda complaint: None, receipt=receipt
    )


def test_a_late_twin_stores_nothing_once_the_answer_stands(receipt: Receipt) -> None:
    """It stood still after its first chunk; meanwhile its repetition and newer data came."""

    def interrupted() -> Iterator[Row]:
        yield from (row(0, "gold"), row(1, "gold"))
        ingest(iter([row(number, "gold") for number in range(3)]), receipt)
        ingest(iter([row(number, "iron") for number in range(3)]), None)
        yield row(2, "gold")

    with pytest.raises(AlreadyAnswered) as caught:
        ingest(interrupted(), receipt)

    assert caught.value.answer == {"accepted": 3, "changed": 1}
    assert [profile.attributes["tier"] for profile in Profile.objects.all()] == ["iron"] * 3


def test_the_answer_counts_all_chunks(receipt: Receipt) -> None:
    ingest(iter([row(number, "gold") for number in range(5)]), receipt)

    assert IngestReceipt.objects.get().answer == {"accepted": 5, "changed": 5}


def test_rows_that_are_all_rejected_are_answered_too(receipt: Receipt) -> None:
    ingest(iter([Row(number=0, document=None)]), receipt)

    assert IngestReceipt.objects.get().answer == {"accepted": 0, "changed": 0}
