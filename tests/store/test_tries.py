"""Wrong tries to sign in, as the database counts them for every web process together."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from activations.services import upkeep
from connections import tries
from connections.models import SignInTries
from connections.tries import Try
from tests.factories import NOON

HERE = "203.0.113.7"
OFFICE = tries.by_address(address=HERE)


def there(name: str, address: str = HERE) -> tries.Counted:
    return tries.by_name_and_address(name=name, address=address)


ANN = there("ann")


def wrong(*counted: tries.Counted, times: int = 1) -> Try:
    """So many at noon, of which each but the refused is counted; the last one."""
    return [tries.begin(counted=counted, at=NOON) for _ in range(times)][-1]


@pytest.mark.django_db
def test_after_five_wrong_tries_nothing_is_compared_until_the_wait_is_over() -> None:
    assert wrong(ANN, OFFICE, times=4).next_wait == tries.NO_WAIT
    assert wrong(ANN, OFFICE).next_wait == tries.FIRST_WAIT
    assert wrong(ANN, OFFICE).wait == tries.FIRST_WAIT
    after = tries.begin(counted=[ANN, OFFICE], at=NOON + tries.FIRST_WAIT)
    assert not after.is_refused
    assert after.next_wait == tries.FIRST_WAIT * 2


@pytest.mark.django_db
def test_asking_while_one_has_to_wait_makes_it_no_longer_and_leaves_nothing() -> None:
    wrong(ANN, times=5)
    for name in ("bo", "cy"):
        assert wrong(ANN, there(name)).is_refused
    assert wrong(ANN, times=50).wait == tries.FIRST_WAIT
    assert SignInTries.objects.get().failures == 5


@pytest.mark.django_db
def test_a_name_is_counted_whatever_its_capitals_and_others_are_not_slowed() -> None:
    wrong(there("Ann"), times=5)
    assert wrong(ANN).is_refused
    assert not wrong(there("bo")).is_refused
    assert tries.by_name(name="Ann", at=NOON) == tries.by_name(name="ann", at=NOON)


@pytest.mark.django_db
def test_an_address_has_more_patience_and_is_slowed_for_every_name() -> None:
    for number in range(tries.FREE_OF_ADDRESS):
        assert not wrong(there(f"somebody {number}"), OFFICE).is_refused
    assert wrong(there("nobody yet"), OFFICE).is_refused


def from_address(address: str, at: datetime) -> Try:
    return tries.begin(counted=tries.in_new_browser(name="ann", address=address, at=at), at=at)


@pytest.mark.django_db
def test_whoever_tries_whenever_they_may_keeps_nobody_at_another_address_waiting() -> None:
    at = NOON
    while at < NOON + timedelta(hours=6):
        stranger, owner = from_address("198.51.100.9", at), from_address(HERE, at)
        assert not owner.is_refused
        tries.forgive(made=owner)
        at += max(stranger.next_wait, timedelta(seconds=1))
    assert stranger.next_wait == tries.LONGEST_WAIT


@pytest.mark.django_db
def test_many_addresses_are_slowed_together_but_never_for_more_than_a_minute() -> None:
    for number in range(tries.FREE_OF_NAME):
        assert not from_address(f"198.51.100.{number}", NOON).is_refused
    assert from_address("198.51.100.99", NOON).wait == tries.FIRST_WAIT
    at, waits = NOON + tries.FIRST_WAIT, []
    for number in range(100, 105):
        waits.append(from_address(f"198.51.100.{number}", at).next_wait)
        at += waits[-1]
    assert waits[-2:] == [tries.LONGEST_WAIT_OF_NAME] * 2
    owner = from_address(HERE, at)
    assert not owner.is_refused
    # They get in; the many are as slow as before.
    tries.forgive(made=owner)
    assert from_address("198.51.100.106", at).next_wait == tries.LONGEST_WAIT_OF_NAME


@pytest.mark.django_db
def test_what_many_addresses_tried_counts_in_its_hour_alone() -> None:
    for number in range(tries.FREE_OF_NAME):
        from_address(f"198.51.100.{number}", NOON)
    assert from_address(HERE, NOON + timedelta(seconds=1)).is_refused
    assert from_address(HERE, NOON + timedelta(hours=1)).next_wait == tries.NO_WAIT


@pytest.mark.django_db
def test_a_right_try_forgets_the_name_and_only_itself_of_the_address() -> None:
    wrong(ANN, OFFICE, times=3)
    tries.forgive(made=wrong(ANN, OFFICE))
    assert SignInTries.objects.get(pk=ANN.key).failures == 0
    assert SignInTries.objects.get(pk=OFFICE.key).failures == 3


@pytest.mark.django_db
def test_a_right_try_of_a_slowed_address_slows_nobody_further() -> None:
    wrong(OFFICE, times=tries.FREE_OF_ADDRESS)
    at = NOON + tries.FIRST_WAIT
    tries.forgive(made=tries.begin(counted=[ANN, OFFICE], at=at))
    assert not tries.begin(counted=[OFFICE], at=at).is_refused


@pytest.mark.django_db
def test_old_wrong_tries_do_not_count() -> None:
    wrong(ANN, times=5)
    at = NOON + tries.FORGOTTEN_AFTER
    assert tries.begin(counted=[ANN], at=at).next_wait == tries.NO_WAIT


@pytest.mark.django_db
def test_what_counts_no_longer_is_deleted() -> None:
    wrong(ANN)
    upkeep.prune(at=NOON + tries.FORGOTTEN_AFTER)
    assert SignInTries.objects.count() == 1
    upkeep.prune(at=NOON + tries.FORGOTTEN_AFTER + timedelta(seconds=1))
    assert not SignInTries.objects.exists()


@pytest.mark.django_db
def test_neither_a_name_nor_an_address_can_be_read_in_it() -> None:
    typed = "my secret password"
    wrong(*tries.in_new_browser(name=typed, address=HERE, at=NOON))
    assert SignInTries.objects.count() == 3
    stored = str(list(SignInTries.objects.values()))
    assert "secret" not in stored
    assert "203.0.113.7" not in stored


@pytest.mark.django_db(transaction=True)
def test_of_fifty_tries_at_once_only_the_free_ones_are_compared() -> None:
    made: list[Try] = []
    together = threading.Barrier(10)

    def guess() -> None:
        together.wait()
        for _ in range(5):
            made.append(tries.begin(counted=[ANN, OFFICE], at=NOON))

    threads = [_thread(guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 50
    assert sum(not each.is_refused for each in made) == tries.FREE
    assert sum(each.is_refused and each.is_noted for each in made) == 1
    assert set(SignInTries.objects.values_list("failures", flat=True)) == {tries.FREE}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_pruned", [True, False])
def test_a_row_that_goes_while_a_try_waits_for_it_is_made_anew(is_pruned: bool) -> None:
    made = wrong(ANN)
    at = NOON + tries.FORGOTTEN_AFTER + timedelta(seconds=1)
    answers: list[Try] = []
    thread = _thread(lambda: answers.append(tries.begin(counted=[ANN, OFFICE], at=at)))
    with transaction.atomic():
        SignInTries.objects.select_for_update().get(pk=ANN.key)
        thread.start()
        _until_somebody_waits()
        if is_pruned:
            tries.prune(at=at, limit=10)
        else:
            tries.forgive(made=made)
    thread.join()
    assert [answer.is_refused for answer in answers] == [False]
    assert set(SignInTries.objects.values_list("failures", flat=True)) == {1}


def _thread(work: Callable[[], None]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    return threading.Thread(target=run)


def _until_somebody_waits() -> None:
    """For a row that this transaction holds."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
