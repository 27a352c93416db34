"""Several deliver at once: no person is written by two of them (kills: `tests/torture`)."""

import threading

import pytest
from django.db import connections

from connections.zendesk.sandbox import RunningSandbox
from tests.journeys import stage as stages
from tests.journeys.stage import Stage, deliver, email, overlaps

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
