"""Zendesk throttles, refuses, breaks and lies: nothing is lost, nothing is there twice."""

import threading
import time
from collections import Counter

import pytest
from django.db import connection
from django.db.models import F
from django.utils import timezone
from pytest_django import Settings

from activations import pipeline
from activations.models import Activation, Attempt, DataflowRun
from activations.services import deliveries
from connections import accounts
from connections.models import Account, AccountStatus, DestinationStatus
from connections.zendesk.sandbox import RunningSandbox, Sandbox, serve_in_thread
from connections.zendesk.sandbox.tokens import SCOPES
from tests.journeys import stage as stages
from tests.journeys.stage import FIELD, Stage, deliver, email, overlaps

pytestmark = pytest.mark.django_db(transaction=True)

NEW_TOKEN = "another-token-0123456789abcdef"
SENT = {"delivered": 2}
# Past every back-off and every horizon.
LATER = 3600.0


@pytest.fixture
def stage(sandbox: RunningSandbox) -> Stage:
    return stages.build(sandbox)


def fail(stage: Stage, spec: str) -> None:
    stage.running.sandbox.add_fault(f"{spec},path=/v2/contacts")


def clear_up(stage: Stage) -> None:
    with stage.running.sandbox.lock:
        stage.running.sandbox.faults.clear()


@pytest.mark.parametrize("style", ["empty429", "json429", "404-429json"])
def test_throttling_loses_nothing_and_costs_no_attempt(stage: Stage, style: str) -> None:
    fail(stage, f"throttle={style},every=3,count=1")
    stage.ingest(stage.people(6))

    report = deliver()

    assert (report.sent, report.failed, report.retrying) == (6, 0, 0)
    assert {row.attempts for row in stage.rows()} == {0}
    assert DataflowRun.objects.get().requests_throttled == 1


def test_a_revoked_token_stops_at_once_and_a_new_one_sends_the_rest(
    stage: Stage, settings: Settings
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 500.0
    fail(stage, "revoke-token,every=5,count=1")
    stage.ingest(stage.people(60))

    report = deliver()

    refused = [w for w in stage.writes if w.status == 401]
    assert len(refused) <= 8
    assert report.unusable_accounts
    assert not report.timed_out
    stage.account.refresh_from_db()
    assert stage.account.status == AccountStatus.REJECTED
    assert {row.attempts for row in stage.rows()} == {0}
    assert stage.states().keys() == {"delivered", "pending"}

    with stage.running.sandbox.lock:
        stage.running.sandbox.tokens.add(value=NEW_TOKEN, scopes=[*SCOPES])
    accounts.replace_token(
        account=stage.account, token=NEW_TOKEN, verification=None, at=timezone.now()
    )
    deliver()

    assert stage.states() == {"delivered": 60}
    assert len([w for w in stage.writes if w.status == 401]) == len(refused)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "zendesk-400-invalid_payload"),
        (409, "zendesk-409"),
        (422, "zendesk-422-incorrect_payload"),
    ],
)
def test_a_refused_profile_fails_with_its_code_until_its_data_change(
    stage: Stage, status: int, code: str
) -> None:
    fail(stage, f"status={status},email={email(1)}")
    stage.ingest(stage.people(3))
    report = deliver()
    assert (report.sent, report.failed) == (2, 1)
    assert [row.code for row in stage.rows(state="failed")] == [code]
    clear_up(stage)
    assert deliver().sent == 0

    stage.ingest([stage.person(1, last_name="Mended")])
    deliver()

    assert stage.states() == {"delivered": 3}


@pytest.mark.parametrize(
    "spec",
    [
        "status=503",
        "status=500,when=after",
        "status=502,body=html",
        "reset,when=before",
        "reset,when=after",
        "truncate",
        "html-login",
        "invalid-json",
        "wrong-contact",
        "redirect=https://example.org/",
    ],
)
def test_an_answer_that_proves_nothing_is_never_counted_as_delivered(
    stage: Stage, spec: str
) -> None:
    fail(stage, f"{spec},every=2")
    stage.ingest(stage.people(8))
    report = deliver(until_idle=False)
    assert (report.sent, report.retrying) == (4, 4)
    # A contact may be in the making: it is not asked for again before that is certain.
    assert deliver(until_idle=False, later_seconds=60).sent == 0
    clear_up(stage)

    deliver(until_idle=False, later_seconds=LATER)

    assert stage.states() == {"delivered": 8}
    assert len(stage.contacts) == 8
    assert set(Counter(w.email for w in stage.writes).values()) == {1, 2}
    assert overlaps(stage.writes) == []


def test_a_write_that_is_applied_late_does_not_stay(stage: Stage, settings: Settings) -> None:
    stage.ingest([stage.person(1, last_name="First")])
    deliver()
    settings.DELIVERY_DEADLINE_SECONDS = 0.2
    fail(stage, "late=2.5,count=1")
    stage.ingest([stage.person(1, last_name="Second")])
    deliver(until_idle=False)
    stage.ingest([stage.person(1, last_name="Third")])
    deliver(until_idle=False)
    assert [row.state for row in stage.rows()] == ["waiting"]
    _wait_for_last_name(stage, "Second")

    deliver(until_idle=False, later_seconds=LATER)

    assert stage.contacts[email(1)]["last_name"] == "Third"
    assert stage.states() == {"delivered": 1}
    assert not Attempt.objects.filter(outcome="").exists()


def test_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(stage: Stage) -> None:
    with serve_in_thread(Sandbox()) as elsewhere:
        fail(stage, f"redirect={elsewhere.url}/v2/contacts")
        stage.ingest(stage.people(2))
        deliver(until_idle=False)

        assert elsewhere.sandbox.requests.total == 0
    assert stage.states() == {"waiting": 2}


def test_identical_rejections_stop_the_destination_after_twenty_requests(stage: Stage) -> None:
    Activation.objects.update(mapping_id="Nobody made this field")
    stage.ingest(stage.people(40))

    deliver()

    assert len(stage.writes) == 20
    stage.destination.refresh_from_db()
    assert stage.destination.status == DestinationStatus.ERROR
    assert stage.destination.problem_code == "identical-rejections"
    assert "custom_fields" in stage.destination.problem
    assert stage.states() == {"failed": 20, "pending": 20}

    Activation.objects.update(mapping_id=FIELD)
    deliveries.retry(destination=stage.destination, code=None, at=timezone.now())
    deliver()
    assert stage.states() == {"delivered": 40}


def test_an_outage_costs_probes_and_not_a_failure_per_profile(stage: Stage) -> None:
    stage.ingest(stage.people(60))
    deliver(until_idle=False)
    stage.ingest(stage.people(60, last_name="Later"))
    fail(stage, "status=503,body=html")

    deliver(until_idle=False)

    failed = [w for w in stage.writes if w.status == 503]
    assert 10 <= len(failed) <= 20
    probed = len(stage.writes)
    deliver(until_idle=False, later_seconds=31)
    assert len(stage.writes) == probed + 1

    clear_up(stage)
    deliver(until_idle=False, later_seconds=LATER)
    assert stage.states() == {"delivered": 60}
    assert {c["last_name"] for c in stage.contacts.values()} == {"Later"}


def test_nothing_listens_and_nothing_is_lost(stage: Stage, settings: Settings) -> None:
    stage.ingest(stage.people(5))
    url = settings.ZENDESK_SELL_URL
    settings.ZENDESK_SELL_URL = "http://127.0.0.1:9"
    accounts.reread_fields(account_id=stage.account.pk, older_than=timezone.now())

    report = deliver(until_idle=False)

    assert (report.sent, report.retrying) == (0, 5)
    settings.ZENDESK_SELL_URL = url
    deliver(until_idle=False, later_seconds=LATER)
    assert stage.states() == {"delivered": 5}


def test_what_is_noted_of_a_failure_names_nobody(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    fail(stage, "status=422,every=2")
    fail(stage, "reset,every=3")
    stage.ingest(stage.people(6, last_name="Unmistakable"))
    deliver(until_idle=False)

    stage.destination.refresh_from_db()
    noted = [caplog.text, stage.destination.last_error]
    noted += [f"{row.code} {row.detail}" for row in stage.rows()]
    noted += [f"{a.code} {a.request_id}" for a in Attempt.objects.all()]
    text = "\n".join(noted)
    assert "@" not in text
    assert "Unmistakable" not in text
    assert stages.factories.TOKEN not in text


def _wait_for_last_name(stage: Stage, name: str) -> None:
    ends_at = time.monotonic() + 15
    while stage.contacts[email(1)]["last_name"] != name:
        assert time.monotonic() < ends_at, f"{name} was never applied"
        time.sleep(0.02)


def test_a_token_nobody_can_read_rests_until_another_is_saved(stage: Stage) -> None:
    sealed = stage.account.sealed_token
    Account.objects.update(sealed_token="v1:unknown:AAAA")
    stage.ingest(stage.people(2))
    renewal = threading.Timer(1.5, _seal_again, args=(sealed,))
    renewal.start()

    report = pipeline.deliver(
        clock=pipeline.steady_clock(),
        max_seconds=20,
        patience_seconds=20,
        stop=lambda: stage.states() == SENT,
    )
    renewal.join()

    assert stage.states() == SENT
    assert report.unusable_accounts == []


def _seal_again(sealed: str) -> None:
    Account.objects.update(sealed_token=sealed, token_epoch=F("token_epoch") + 1)
    connection.close()
