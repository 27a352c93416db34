"""One row paces every process that uses a token."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from pytest_django import Settings

from connections import pacing
from connections.models import TokenPace
from tests.factories import TokenPaceFactory

TOKEN = "0123456789abcdef"
RATE = 50.0


def busiest_second(turns: list[float]) -> int:
    return max(sum(start <= turn < start + 1 for turn in turns) for start in turns)


def held() -> float:
    return pacing.held_seconds(token_fingerprint=TOKEN)


@pytest.mark.django_db(transaction=True)
def test_four_users_of_a_token_keep_its_pace_together(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    turns: list[float] = []
    ends_at = time.monotonic() + 1.6

    def work() -> None:
        try:
            while time.monotonic() < ends_at:
                pacing.take(token_fingerprint=TOKEN)
                turns.append(time.monotonic())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # A turn may be used up to LATE_SECONDS after it opened, so that many more may meet.
    assert busiest_second(turns) <= RATE + 1 + RATE * pacing.LATE_SECONDS
    assert len(turns) >= RATE * 0.5


@pytest.mark.django_db
def test_turns_lie_one_interval_apart(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    turns = []
    for _ in range(6):
        pacing.take(token_fingerprint=TOKEN)
        turns.append(time.monotonic())

    assert turns[-1] - turns[0] >= 5 / RATE - pacing.LATE_SECONDS


@pytest.mark.django_db
def test_a_turn_nobody_used_in_time_is_thrown_away(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So far apart that the second turn is waited for also on a busy machine.
    settings.ZENDESK_REQUESTS_PER_SECOND = 2.0
    sleep = time.sleep
    naps = iter([0.2])

    def oversleep(seconds: float) -> None:
        sleep(seconds + next(naps, 0.0))

    pacing.take(token_fingerprint=TOKEN)
    before = next_slot()
    monkeypatch.setattr(time, "sleep", oversleep)

    pacing.take(token_fingerprint=TOKEN)

    # Two turns were reserved: the one that was slept through, and one after it.
    assert next_slot() - before > 0.9


@pytest.mark.django_db
def test_a_turn_is_thrown_away_by_who_stood_still_before_he_read_the_answer(
    settings: Settings,
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    pacing.take(token_fingerprint=TOKEN)
    before = next_slot()

    with connection.execute_wrapper(stand_still(after=0.2)):
        pacing.take(token_fingerprint=TOKEN)

    assert next_slot() - before > 0.2


@pytest.mark.django_db
def test_a_turn_is_kept_by_who_waited_for_the_database(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    pacing.take(token_fingerprint=TOKEN)
    time.sleep(1 / RATE)
    reserved: list[str] = []

    with connection.execute_wrapper(stand_still(before=0.2, reserved=reserved)):
        closes_at = pacing.take(token_fingerprint=TOKEN)

    assert len(reserved) == 1
    assert 0 < closes_at - time.monotonic() <= pacing.LATE_SECONDS


@pytest.mark.django_db
def test_without_pacing_nobody_waits(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = 0
    started = time.monotonic()
    for _ in range(100):
        pacing.take(token_fingerprint=TOKEN)

    assert time.monotonic() - started < 0.5


@pytest.mark.django_db
def test_a_throttle_holds_the_token_and_a_row_of_them_holds_it_longer() -> None:
    first = pacing.hold(token_fingerprint=TOKEN)
    assert 0.4 < first <= 1.0
    for _ in range(3):
        pacing.hold(token_fingerprint=TOKEN)  # answers to requests that were in flight together
    assert throttles() == 1

    TokenPace.objects.update(held_until=0, throttles=20)
    assert 14 < pacing.hold(token_fingerprint=TOKEN) <= 30


@pytest.mark.django_db
def test_zendesk_may_ask_for_more_also_while_the_token_is_held() -> None:
    pacing.hold(token_fingerprint=TOKEN)

    assert 99 < pacing.hold(token_fingerprint=TOKEN, at_least_seconds=100) <= 100
    assert 99 < pacing.hold(token_fingerprint=TOKEN, at_least_seconds=5) <= 100


@pytest.mark.django_db
def test_after_a_storm_the_pace_comes_back_step_by_step() -> None:
    TokenPaceFactory(token_fingerprint=TOKEN, throttles=9)
    steps = []
    for _ in range(4):
        pacing.release(token_fingerprint=TOKEN)
        pacing.release(token_fingerprint=TOKEN)  # too soon after the first to count
        steps.append(throttles())
        pass_seconds(pacing.STEP_SECONDS)

    assert steps == [2, 1, 0, 0]
    assert pacing.hold(token_fingerprint=TOKEN) <= 1.0


@pytest.mark.django_db
def test_probes_that_were_lined_up_do_not_delay_the_return(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    TokenPaceFactory(token_fingerprint=TOKEN, throttles=4, next_slot_at=time.time() + 15)

    pacing.release(token_fingerprint=TOKEN)

    assert next_slot() - time.time() < 0.2


@pytest.mark.django_db
def test_a_success_that_was_in_flight_before_the_throttle_changes_nothing() -> None:
    TokenPaceFactory(token_fingerprint=TOKEN, throttles=9)
    pacing.hold(token_fingerprint=TOKEN)

    pacing.release(token_fingerprint=TOKEN)

    assert throttles() == 10
    assert held() > 14


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("in_a_row", "apart"), [(0, 1 / RATE), (1, 2 / RATE), (2, 4 / RATE), (3, 5.0), (12, 5.0)]
)
def test_turns_lie_further_apart_while_a_token_recovers(
    settings: Settings, in_a_row: int, apart: float
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    TokenPaceFactory(token_fingerprint=TOKEN, throttles=in_a_row)
    before = time.time()

    pacing.take(token_fingerprint=TOKEN)

    # SQLite's clock counts milliseconds.
    assert apart - 0.002 <= next_slot() - before < apart + 0.3


@pytest.mark.django_db(transaction=True)
def test_when_a_hold_ends_one_user_of_the_token_probes(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    TokenPaceFactory(token_fingerprint=TOKEN, throttles=3)
    refused: list[float] = []
    began = time.time()

    def work() -> None:
        try:
            pacing.take(token_fingerprint=TOKEN, longest_seconds=1.0)
        except pacing.StoppedWaiting:
            refused.append(time.monotonic())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Six where the one who has the turn comes late for it: it is thrown away, not used late.
    assert len(refused) in (5, 6)
    assert 5.0 - 0.002 <= next_slot() - began < 2 * 5.0


@pytest.mark.django_db
def test_a_turn_that_is_too_far_is_not_taken_from_the_others(settings: Settings) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    pacing.hold(token_fingerprint=TOKEN, at_least_seconds=100)
    before = next_slot()

    for _ in range(3):
        with pytest.raises(pacing.StoppedWaiting):
            pacing.take(token_fingerprint=TOKEN, longest_seconds=1.0)

    assert next_slot() == before


@pytest.mark.django_db
def test_a_turn_that_was_waited_for_is_lost_when_the_token_is_held_meanwhile(
    settings: Settings,
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    TokenPaceFactory(token_fingerprint=TOKEN, next_slot_at=time.time() + 0.8)
    looks = iter([False])

    def throttle_while_waiting() -> bool:
        if next(looks, True):
            return held() > 5  # by then it waits for the end of the hold
        pacing.hold(token_fingerprint=TOKEN, at_least_seconds=10)
        return False

    with pytest.raises(pacing.StoppedWaiting):
        pacing.take(token_fingerprint=TOKEN, stop=throttle_while_waiting)


@pytest.mark.django_db
def test_a_token_that_recovers_is_told_from_one_at_its_full_pace() -> None:
    assert pacing.standing(token_fingerprint=TOKEN) == pacing.Standing(0.0, is_recovering=False)

    pacing.hold(token_fingerprint=TOKEN)

    assert pacing.standing(token_fingerprint=TOKEN).is_recovering


@pytest.mark.django_db
@pytest.mark.parametrize("stop", [lambda: True, lambda: False], ids=["told to stop", "too far"])
def test_nobody_waits_for_a_held_token_longer_than_he_wants(
    settings: Settings, stop: Callable[[], bool]
) -> None:
    settings.ZENDESK_REQUESTS_PER_SECOND = RATE
    pacing.hold(token_fingerprint=TOKEN, at_least_seconds=100)
    longest = 1000.0 if stop() else 1.0

    with pytest.raises(pacing.StoppedWaiting):
        pacing.take(token_fingerprint=TOKEN, stop=stop, longest_seconds=longest)


@pytest.mark.django_db
def test_a_token_nobody_used_is_free() -> None:
    assert held() == 0.0


def stand_still(
    *,
    before: float = 0.0,
    after: float = 0.0,
    reserved: list[str] | None = None,
) -> Callable[..., Any]:
    """The first reservation takes so long before (a lock) or after the database's clock is read."""
    reservations = [] if reserved is None else reserved

    def wrapper(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        is_reservation = sql.startswith("INSERT")
        reservations.extend([sql] * is_reservation)
        is_slow = is_reservation and len(reservations) == 1
        time.sleep(before if is_slow else 0.0)
        found = execute(sql, *rest)
        time.sleep(after if is_slow else 0.0)
        return found

    return wrapper


def throttles() -> int:
    in_a_row: int = TokenPace.objects.get().throttles
    return in_a_row


def pass_seconds(seconds: float) -> None:
    """As if the last hold had ended so much earlier."""
    TokenPace.objects.update(held_until=F("held_until") - seconds)


def next_slot() -> float:
    slot: float = TokenPace.objects.get().next_slot_at
    return slot
