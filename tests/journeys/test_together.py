"""Several deliver at once, or are cut off from the database (kills: `tests/torture`)."""

import threading
import time

import pytest
from django.db import OperationalError, connection, connections

from activations.models import Attempt, FieldMapping
from connections.zendesk.sandbox import RunningSandbox
from tests.journeys import stage as stages
from tests.journeys.stage import Stage, deliver, email, overlaps
from tests.services.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(sandbox: RunningSandbox) -> Stage:
    return stages.build(sandbox)


def test_eight_at_once_never_write_one_contact_together(stage: Stage) -> None:
    stage.running.sandbox.add_fault("delay=0.02,path=/v2/contacts")
    stage.ingest([stage.person(1), stage.person(2)])
    is_over = threading.Event()
    failures: list[Exception] = []

    def work() -> None:
        try:
            while not is_over.is_set():
                deliver(until_idle=False)
        except Exception as error:  # noqa: BLE001  (told to the thread that asserts)
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for number in range(12):
        stage.ingest([stage.person(1, last_name=f"Ek {number}")])
    is_over.set()
    for thread in threads:
        thread.join()
    deliver()

    assert failures == []
    assert overlaps(stage.writes) == []
    assert stage.contacts[email(1)]["last_name"] == "Ek 11"
    assert stage.states() == {"delivered": 2}
    assert len(stage.writes) <= 14


def test_a_cut_connection_keeps_nothing_back_until_its_lease_ends(stage: Stage) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection to cut")
    stage.running.sandbox.add_fault("delay=0.05,path=/v2/contacts")
    stage.ingest(stage.people(200))
    cutter = threading.Thread(target=_cut_all_connections, args=(stage,))
    cutter.start()
    with pytest.raises(OperationalError):
        deliver()
    cutter.join()
    connection.close()

    assert stage.rows(state="leased") == []
    assert not Attempt.objects.filter(outcome="").exists()
    deliver()
    assert stage.states() == {"delivered": 200}
    # What was answered while the connection was cut counts: nobody is sent twice.
    assert len(stage.writes) == 200


def _cut_all_connections(stage: Stage) -> None:
    """In the middle of work, those of everybody but ourselves; they may connect anew."""
    wait_until(lambda: len(stage.writes) >= 20, what="work", seconds=20)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


def test_a_courier_that_fails_does_not_leave_the_process_to_the_others(stage: Stage) -> None:
    """Its row is handed back, the error is told, and the other account's line is for the next."""
    other = stages.build(stage.running)
    stage.running.sandbox.add_fault("delay=0.05,path=/v2/contacts")
    other.ingest(other.people(400))
    stage.ingest(stage.people(3))
    FieldMapping.objects.filter(destination=stage.destination).update(when_empty="other")

    started = time.monotonic()
    with pytest.raises(ValueError, match="other"):
        deliver(max_seconds=60)

    assert time.monotonic() - started < 10
    assert stage.rows(state="leased") == other.rows(state="leased") == []
    assert {(row.state, row.crashes) for row in stage.rows()} == {("pending", 0)}
    assert other.states()["pending"] > 0
