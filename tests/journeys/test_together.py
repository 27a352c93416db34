"""Several deliver at once, and some are killed: nothing is lost, nothing is there twice."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections

from activations.models import Attempt
from connections.zendesk.sandbox import RunningSandbox
from tests.journeys import stage as stages
from tests.journeys.stage import Stage, deliver, email, overlaps
from tests.services.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = 5
PEOPLE = 700
QUICK = {
    "DELIVERY_LEASE_SECONDS": "3",
    "DELIVERY_DEADLINE_SECONDS": "1",
    "DELIVERY_SETTLE_SECONDS": "1",
}


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


def test_five_kills_lose_nothing_and_make_no_duplicates(stage: Stage) -> None:
    stage.running.sandbox.add_fault("delay=0.02,path=/v2/contacts")
    stage.ingest(stage.people(PEOPLE))

    with contextlib.ExitStack() as workers:
        doomed = [workers.enter_context(start(stage)) for _ in range(KILLS)]
        for number, process in enumerate(doomed, start=1):
            kill_after(stage, process, requests=number * 60)
    with start(stage) as process:
        assert process.wait(timeout=60) == 0

    assert len(stage.contacts) == PEOPLE
    assert stage.states() == {"delivered": PEOPLE}
    assert overlaps(stage.writes) == []
    assert len(stage.writes) <= PEOPLE * 1.3, len(stage.writes)
    assert not Attempt.objects.filter(outcome="").exists()


def kill_after(stage: Stage, process: "subprocess.Popen[bytes]", *, requests: int) -> None:
    """Once the sandbox has seen so many requests in all."""
    try:
        wait_until(lambda: len(stage.writes) >= requests, what=f"{requests} requests", seconds=60)
    finally:
        process.send_signal(signal.SIGKILL)


def start(stage: Stage) -> "subprocess.Popen[bytes]":
    """`manage.py deliver --until-idle` on the database of this test."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "deliver", "--until-idle", "--timeout", "60"],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, **QUICK, **_here(), "ZENDESK_SELL_URL": stage.running.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _here() -> Mapping[str, str]:
    database: dict[str, Any] = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        url = (
            f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}"
            f"/{database['NAME']}"
        )
    return {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "zendeskdest.settings"}
