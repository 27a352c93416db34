"""Whole audiences are sent again: step by step, each member once, and counted."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from activations.deliveries.store import claims, resends
from activations.models import Activation, Backfill, Delivery, Resend
from activations.terms import DeliveryState, Lane
from connections.models import DestinationStatus
from tests.factories import (
    NOON,
    ActivationFactory,
    DeliveryFactory,
    MembershipFactory,
    ResendFactory,
)

pytestmark = pytest.mark.django_db

HELD = {
    "state": "delivered",
    "delivered_seq": 1,
    "delivered_digest": "d" * 64,
    "delivered_at": NOON - timedelta(days=2),
    "contact_id": 7,
}


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resends, "CHUNK_PROFILES", 2)
    monkeypatch.setattr(resends, "MOST_DUE", 2)


@pytest.fixture
def activation() -> Activation:
    return ActivationFactory(backfilled_at=NOON - timedelta(days=2))


def _member(activation: Activation, status: str = "realized", **standing: object) -> Delivery:
    membership = MembershipFactory(audience=activation.audience, status=status)
    return DeliveryFactory(
        destination=activation.destination, profile=membership.profile, **{**HELD, **standing}
    )


def _order(activation: Activation) -> Resend:
    return ResendFactory(destination=activation.destination, audience=activation.audience)


def _settle(**ended: object) -> None:
    """As couriers leave behind whatever is due."""
    for row in Delivery.objects.filter(state="pending"):
        values = {"state": "delivered", "delivered_seq": row.desired_seq, "delivered_at": NOON}
        Delivery.objects.filter(pk=row.pk).update(**{**values, **ended})


def _states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def test_members_are_lined_up_no_faster_than_they_are_sent(activation: Activation) -> None:
    for _ in range(5):
        _member(activation)
    job = _order(activation)

    resends.advance(at=NOON)
    resends.advance(at=NOON)
    assert _states() == ["pending"] * 2 + ["delivered"] * 3
    first = Delivery.objects.order_by("pk")[0]
    assert (first.lane, first.delivered_digest, first.desired_seq) == (Lane.BACKFILL, "", 2)

    for _ in range(3):
        _settle()
        resends.advance(at=NOON)

    job.refresh_from_db()
    assert (job.members, job.activated, job.under_way) == (5, 5, [])
    assert job.finished_at == NOON


def test_only_members_are_sent_again(activation: Activation) -> None:
    others = [
        _member(activation, status="exited"),
        DeliveryFactory(destination=activation.destination, **HELD),
        DeliveryFactory(profile=_member(activation).profile, **HELD),
    ]
    _order(activation)

    resends.advance(at=NOON)

    for row in others:
        row.refresh_from_db()
        assert (row.state, row.delivered_digest) == ("delivered", "d" * 64)


def test_who_has_no_delivery_gets_one(activation: Activation) -> None:
    member = MembershipFactory(audience=activation.audience)
    _order(activation)

    resends.advance(at=NOON)

    assert Delivery.objects.get().profile_id == member.profile_id


def test_excluded_and_failed_ones_are_tried_again_and_counted(activation: Activation) -> None:
    _member(activation, state="excluded", code="missing-email")
    _member(activation, state="failed", code="zendesk-409")
    job = _order(activation)

    resends.advance(at=NOON)
    assert _states() == ["pending", "pending"]
    Delivery.objects.filter(code="missing-email").update(state="excluded")
    Delivery.objects.filter(code="zendesk-409").update(state="failed")
    resends.advance(at=NOON)

    job.refresh_from_db()
    assert (job.excluded, job.failed, job.activated) == (1, 1, 0)


def test_what_a_worker_has_in_hand_is_sent_once_more_afterwards(activation: Activation) -> None:
    row = _member(activation, state="leased", lease_until=NOON + timedelta(seconds=90))
    job = _order(activation)
    resends.advance(at=NOON)
    row.refresh_from_db()
    assert (row.desired_seq, row.delivered_digest) == (1, "d" * 64)

    # Its request had begun before: what it wrote down does not count for the job.
    Delivery.objects.update(state="delivered", delivered_at=NOON, lease_until=None)
    resends.advance(at=NOON)
    row.refresh_from_db()
    job.refresh_from_db()
    assert (row.state, row.desired_seq, row.delivered_digest) == ("pending", 2, "")
    assert job.activated == 0


def test_what_waits_for_a_later_try_goes_on_waiting_and_holds_up_nobody(
    activation: Activation,
) -> None:
    later = NOON + timedelta(minutes=5)
    rows = [
        _member(activation, state="waiting", next_attempt_at=later, code="zendesk-503")
        for _ in range(3)
    ]
    _member(activation)
    _order(activation)

    for _ in range(3):
        resends.advance(at=NOON)

    assert _states() == ["waiting"] * 3 + ["pending"]
    for row in rows:
        row.refresh_from_db()
        assert (row.next_attempt_at, row.delivered_digest) == (later, "")


def test_with_very_many_put_off_nobody_more_is_lined_up(
    activation: Activation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resends, "MOST_UNDER_WAY", 2)
    for _ in range(2):
        _member(activation, state="waiting", next_attempt_at=NOON + timedelta(minutes=5))
    _member(activation)
    _order(activation)

    for _ in range(3):
        resends.advance(at=NOON)

    assert _states()[-1] == "delivered"


def test_a_second_job_of_the_destination_waits_its_turn(activation: Activation) -> None:
    other = ActivationFactory(destination=activation.destination)
    for _ in range(3):
        _member(activation)
    _member(other)
    first, second = _order(activation), _order(other)

    resends.advance(at=NOON)
    second.refresh_from_db()
    assert second.started_at is None
    for _ in range(4):
        _settle()
        resends.advance(at=NOON)

    for job, activated in ((first, 3), (second, 1)):
        job.refresh_from_db()
        assert (job.activated, job.finished_at) == (activated, NOON)


def test_somebody_in_two_audiences_needs_one_request_for_both_jobs(activation: Activation) -> None:
    other = ActivationFactory(destination=activation.destination)
    row = _member(activation)
    MembershipFactory(audience=other.audience, profile=row.profile)
    jobs = [_order(activation), _order(other)]
    resends.advance(at=NOON)
    _settle()
    resends.advance(at=NOON)

    for job in jobs:
        job.refresh_from_db()
    assert [(job.activated, job.finished_at) for job in jobs] == [(1, NOON), (1, NOON)]


@pytest.mark.parametrize("what", ["removed", "ended"])
def test_an_audience_that_is_no_longer_sent_ends_its_job(activation: Activation, what: str) -> None:
    for _ in range(3):
        _member(activation)
    job = _order(activation)
    resends.advance(at=NOON)
    if what == "removed":
        activation.delete()
    else:
        Activation.objects.update(end_on=date(2026, 2, 28))
    _settle()
    resends.advance(at=NOON)

    job.refresh_from_db()
    assert (job.activated, job.finished_at) == (2, NOON)
    assert "was removed" in job.problem


@pytest.mark.parametrize(("is_started", "sent"), [(False, 0), (True, 2)])
def test_a_stopped_job_lines_up_nobody_more(
    activation: Activation, is_started: bool, sent: int
) -> None:
    for _ in range(4):
        _member(activation)
    job = _order(activation)
    if is_started:
        resends.advance(at=NOON)

    assert resends.stop(resend=job, problem="Stopped by ann.", at=NOON)
    assert not resends.stop(resend=job, problem="Stopped by bo.", at=NOON)
    _settle()
    resends.advance(at=NOON)

    job.refresh_from_db()
    assert (job.activated, job.problem) == (sent, "Stopped by ann.")
    assert job.finished_at == NOON
    assert _states() == ["delivered"] * 4


def test_one_audience_has_one_open_job(activation: Activation) -> None:
    _order(activation)
    with pytest.raises(IntegrityError):
        _order(activation)


def test_an_open_job_is_work_unless_nothing_may_be_sent(activation: Activation) -> None:
    assert not claims.has_open_work()
    _order(activation)
    assert claims.has_open_work()
    activation.destination.status = DestinationStatus.DISABLED
    activation.destination.save()
    assert not claims.has_open_work()


def test_old_jobs_are_forgotten(activation: Activation) -> None:
    ResendFactory(finished_at=NOON - timedelta(days=91))
    kept = {ResendFactory(finished_at=NOON), _order(activation)}

    assert resends.prune(before=NOON - timedelta(days=90)) == 1
    assert set(Resend.objects.all()) == kept


def test_it_does_not_open_a_backfill_or_touch_a_pending_ones_turn(activation: Activation) -> None:
    row = _member(activation, state="pending", lane=Lane.LIVE, next_attempt_at=NOON)
    _order(activation)

    resends.advance(at=NOON + timedelta(minutes=1))

    row.refresh_from_db()
    assert (row.lane, row.next_attempt_at) == (Lane.LIVE, NOON)
    assert row.state == DeliveryState.PENDING
    assert not Backfill.objects.exists()
