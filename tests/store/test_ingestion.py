"""Ingestion as a whole: chunks, complaints, what is lined up, and what a failure leaves behind."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection

from activations import ingestion
from activations.deliveries.changes import ProfileChanges
from activations.ingestion import Complaint, IngestReport
from activations.models import Delivery, Membership, Profile
from activations.profiles.rows import Row, UnreadableRow
from tests.factories import ActivationFactory, AudienceFactory

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"identityMap": {"Email": [{"id": f"p{number}@example.org"}]}, **more}


def member(number: int, status: str = "realized") -> dict[str, Any]:
    return person(number, segmentMembership={"ups": {"vip": {"status": status}}})


def rows(*documents: Any) -> list[Row | UnreadableRow]:
    return [Row(number=number, document=document) for number, document in enumerate(documents, 1)]


def ingest(
    source: list[Row | UnreadableRow], complaints: list[Complaint] | None = None, **more: Any
) -> IngestReport:
    taken: list[Complaint] = [] if complaints is None else complaints
    return ingestion.ingest(rows=source, clock=lambda: NOON, on_complaint=taken.append, **more)


@pytest.mark.django_db
class TestIngest:
    def test_each_row_is_counted_once(self) -> None:
        complaints: list[Complaint] = []
        report = ingest(
            [
                *rows(person(1), [], member(2, "unknown")),
                UnreadableRow(number=9, code="not-utf8", message="not UTF-8"),
            ],
            complaints,
        )

        assert report == IngestReport(read=4, accepted=2, rejected=2, changed=2)
        told = [(complaint.row, complaint.code, complaint.is_warning) for complaint in complaints]
        assert told == [
            (2, "not-an-object", False),
            (3, "unknown-status", True),
            (9, "not-utf8", False),
        ]

    def test_the_same_rows_again_change_nothing(self) -> None:
        source = rows(*(member(number) for number in range(1_200)))

        assert ingest(source) == IngestReport(1_200, 1_200, 0, 1_200)
        assert ingest(source) == IngestReport(1_200, 1_200, 0, 0)
        assert Membership.objects.count() == 1_200

    def test_a_status_alone_is_a_change(self) -> None:
        ingest(rows(member(1)))

        assert ingest(rows(member(1, "exited"))).changed == 1

    def test_members_of_an_activated_audience_are_lined_up(self) -> None:
        ActivationFactory(audience=AudienceFactory(external_id="vip"))
        ingest(rows(member(1), person(2), member(3, "exited")))

        assert [row.profile.email for row in Delivery.objects.all()] == ["p1@example.org"]

    def test_only_what_changed_is_lined_up(self) -> None:
        lined_up: list[ProfileChanges] = []

        def enqueue(*, changes: ProfileChanges, at: datetime) -> None:
            assert at == NOON
            lined_up.append(changes)

        ingest(rows(person(1), person(2)), enqueue=enqueue)
        ingest(rows(person(1), person(2, tier="gold")), enqueue=enqueue)
        ingest(rows(person(1)), enqueue=enqueue)

        changed = Profile.objects.get(email="p2@example.org").pk
        assert [changes.profile_ids for changes in lined_up] == [
            set(Profile.objects.values_list("pk", flat=True)),
            {changed},
        ]


class _Failing:
    """Lines nothing up; fails as a database would on the calls it is told to."""

    def __init__(self, *, fails_on: set[int], error: Exception) -> None:
        self.calls = 0
        self._fails_on = fails_on
        self._error = error

    def __call__(self, *, changes: ProfileChanges, at: datetime) -> None:
        self.calls += 1
        if self.calls in self._fails_on:
            raise self._error


class _Deadlock(Exception):
    sqlstate = "40P01"


def deadlock() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = _Deadlock()
    return error


@pytest.mark.django_db(transaction=True)
class TestFailures:
    def test_a_chunk_that_fails_leaves_nothing_and_those_before_stay(self) -> None:
        failing = _Failing(fails_on={2}, error=OperationalError("disk I/O error"))
        failing._error.__cause__ = _Full()
        stored: list[IngestReport] = []
        with pytest.raises(OperationalError):
            ingest(
                rows(*(member(number) for number in range(1_700))),
                enqueue=failing,
                on_stored=stored.append,
            )

        assert Profile.objects.count() == Membership.objects.count() == 1_000
        assert [report.accepted for report in stored] == [1_000]

    def test_a_deadlock_is_tried_again(self) -> None:
        enqueue = _Failing(fails_on={1, 2}, error=deadlock())

        assert ingest(rows(person(1)), enqueue=enqueue).changed == 1
        assert enqueue.calls == 3

    def test_the_third_deadlock_is_told(self) -> None:
        enqueue = _Failing(fails_on={1, 2, 3}, error=deadlock())
        with pytest.raises(OperationalError):
            ingest(rows(person(1)), enqueue=enqueue)

        assert Profile.objects.count() == 0

    def test_a_dropped_connection_is_opened_again(self) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite has no connection to drop")
        ingest(rows(person(1)))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (pid,) = cursor.fetchone()
        killer = connection.copy()
        with killer.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        killer.close()

        assert ingest(rows(person(1), person(2))).changed == 1

    def test_what_is_acknowledged_outlives_a_power_cut(self) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("it is the server's own setting")
        ingest(rows(person(1)))

        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous")
            # FULL: a commit waits for the disk.
            assert cursor.fetchone() == (2,)


class _Full(Exception):
    sqlstate = "53100"
