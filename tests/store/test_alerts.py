"""Alert records: one for each condition while it lasts, closed with it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from connections import accounts, alerts, destinations
from connections.accounts import Verification
from connections.models import Account, Alert, Destination, DestinationStatus
from connections.zendesk.credential import Credential
from connections.zendesk.sandbox import RunningSandbox
from tests.factories import NOON, TOKEN, AccountFactory, DestinationFactory
from tests.journeys import stage

pytestmark = pytest.mark.django_db

CONNECTED = Verification(Credential(7, "Ann", None, 9, "Acme", None), (), "", "")
REFUSED = Verification(None, (), "Zendesk does not accept this token (401).", "zendesk-401")


def stop(destination: Destination) -> bool:
    return destinations.stop(destination_id=destination.pk, code="alike", problem="Why")


def open_records() -> list[tuple[str, str]]:
    return list(Alert.objects.filter(resolved_at=None).values_list("code", "message"))


def test_stopping_twice_makes_one_record() -> None:
    destination = DestinationFactory()

    assert stop(destination)
    assert not stop(destination)

    assert open_records() == [("alike", "Why")]
    assert Alert.objects.get().destination == destination


@pytest.mark.parametrize(
    "end",
    [destinations.resume, destinations.enable, destinations.disable],
    ids=lambda f: f.__name__,
)
def test_the_record_of_a_stop_is_closed_by_whoever_ends_it(end: Callable[..., None]) -> None:
    destination = DestinationFactory()
    stop(destination)

    end(destination=destination)

    record = Alert.objects.get()
    assert record.resolved_at is not None
    assert record.triggered_at <= record.resolved_at


def test_a_second_stop_after_the_first_was_over_is_another_record() -> None:
    destination = DestinationFactory()
    for _ in range(2):
        stop(destination)
        destinations.resume(destination=destination)

    assert Alert.objects.count() == 2


def test_resuming_what_was_not_stopped_closes_nothing() -> None:
    destination = DestinationFactory(status=DestinationStatus.DISABLED)
    alerts.trigger(code="other", message="Why", destination_id=destination.pk)

    destinations.resume(destination=destination)

    assert open_records() == [("other", "Why")]


def test_a_record_is_of_a_destination_or_of_an_account() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        alerts.trigger(code="of-nothing", message="Why")


def test_a_rejected_token_is_one_record_until_a_good_one_is_saved() -> None:
    account = AccountFactory()
    for _ in range(3):
        reject(account)
    assert open_records() == [("account-rejected", "Refused.")]

    accounts.replace_token(account=account, token=TOKEN, verification=CONNECTED, at=NOON)

    assert open_records() == []


def test_a_new_token_that_is_refused_too_is_another_record() -> None:
    account = AccountFactory()
    reject(account)

    accounts.replace_token(account=account, token=TOKEN, verification=REFUSED, at=NOON)

    assert Alert.objects.count() == 2
    assert open_records() == [("account-rejected", REFUSED.problem)]


def test_a_new_token_nobody_asked_about_yet_closes_the_record_of_the_old_one() -> None:
    account = AccountFactory()
    reject(account)

    accounts.replace_token(account=account, token=TOKEN, verification=None, at=NOON)

    assert open_records() == []


def test_a_check_notices_a_refused_token_and_one_that_is_taken_again(
    sandbox: RunningSandbox,
) -> None:
    account = AccountFactory()
    sandbox.sandbox.add_fault("status=401,count=1")

    accounts.check(account_id=account.pk, at=NOON)
    assert [code for code, _ in open_records()] == ["account-rejected"]

    accounts.check(account_id=account.pk, at=NOON)
    assert open_records() == []


@pytest.mark.django_db(transaction=True)
def test_twenty_identical_rejections_are_one_record(sandbox: RunningSandbox) -> None:
    scene = stage.build(sandbox)
    scene.destination.activations.update(mapping_id="Nowhere to be found")
    scene.ingest(scene.people(40))

    stage.deliver(max_seconds=30)

    assert Destination.objects.get().status == DestinationStatus.ERROR
    assert [code for code, _ in open_records()] == ["identical-rejections"]


@pytest.mark.django_db(transaction=True)
def test_of_processes_that_find_the_same_at_once_one_opens_the_record() -> None:
    destination = DestinationFactory()
    barrier = threading.Barrier(4)

    def find(_: int) -> bool:
        try:
            barrier.wait(timeout=10)
            return alerts.trigger(code="x", message="Why", destination_id=destination.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as finders:
        told = list(finders.map(find, range(4)))

    assert sorted(told) == [False, False, False, True]
    assert Alert.objects.count() == 1


def reject(account: Account) -> Any:
    return accounts.reject(
        account_id=account.pk, token_epoch=1, code="zendesk-401", problem="Refused.", at=NOON
    )
