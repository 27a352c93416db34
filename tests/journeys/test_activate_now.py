"""Activate now: everybody in an audience is sent again, over real HTTP, and nobody else."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from activations.models import Activation, Resend
from activations.services import activate_now
from activations.services.activate_now import CannotActivate, Verdict
from connections.zendesk.sandbox import RunningSandbox
from tests import factories
from tests.journeys import stage as stages
from tests.journeys.stage import Stage, deliver, email, overlaps

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def stage(sandbox: RunningSandbox) -> Stage:
    made = stages.build(sandbox)
    made.ingest(made.people(20))
    made.ingest([made.person(90), made.person(91, status=None)])
    deliver()
    made.ingest([made.person(90, status="exited")])
    deliver()
    return made


def _order(stage: Stage) -> list[Verdict]:
    activation = Activation.objects.get(destination=stage.destination)
    return activate_now.order(
        destination=stage.destination,
        activation_ids=[activation.pk],
        person=None,
        at=timezone.now(),
    )


def test_each_unchanged_member_gets_one_request_and_nobody_else_gets_any(stage: Stage) -> None:
    before = len(stage.writes)

    _order(stage)
    report = deliver()

    sent = stage.writes[before:]
    assert sorted(write.email or "" for write in sent) == sorted(email(n) for n in range(20))
    assert {write.method for write in sent} == {"PUT"}
    assert (report.sent, report.unchanged) == (20, 0)
    job = Resend.objects.get()
    assert (job.members, job.activated, job.done) == (20, 20, 20)
    assert job.finished_at is not None
    # And it is over: what follows is as quiet as ever.
    assert deliver().sent == 0


def test_a_request_of_unknown_outcome_keeps_the_job_open_until_it_is_confirmed(
    stage: Stage,
) -> None:
    stage.running.sandbox.add_fault("status=503,path=/v2/contacts,count=1")
    before = len(stage.writes)
    _order(stage)
    deliver(max_seconds=3)

    assert stage.states() == {"delivered": 20, "waiting": 1}
    job = Resend.objects.get()
    assert (job.activated, len(job.under_way), job.finished_at) == (19, 1, None)
    deliver(later_seconds=60, max_seconds=2)
    deliver(later_seconds=400)

    job.refresh_from_db()
    assert (job.activated, job.under_way) == (20, [])
    # Refused with 503, then written, then written once more when nothing late could follow.
    assert len(stage.writes) - before == 22


def test_a_change_meanwhile_is_neither_lost_nor_in_the_way(stage: Stage) -> None:
    _order(stage)
    stage.ingest([stage.person(3, last_name="Changed"), stage.person(4, status="exited")])

    deliver()

    assert stage.contacts[email(3)]["last_name"] == "Changed"
    assert Resend.objects.get().finished_at is not None
    assert set(stage.states()) == {"delivered"}


def test_a_job_survives_its_worker(stage: Stage) -> None:
    """Each deliver() is a worker of its own that ends in the middle."""
    _order(stage)
    stage.running.sandbox.add_fault("delay=0.05,path=/v2/contacts")
    for _ in range(40):
        deliver(max_seconds=0.2, until_idle=False)
        if not Resend.objects.filter(finished_at__isnull=True).exists():
            break
    deliver()

    job = Resend.objects.get()
    assert (job.activated, job.finished_at is not None) == (20, True)
    assert overlaps(stage.writes) == []


def test_two_destinations_of_one_account_resend_without_meeting(stage: Stage) -> None:
    other = stages.beside(stage)
    deliver()
    before = len(stage.writes)
    Activation.objects.update(created_at=timezone.now() - timedelta(days=2))

    _order(stage)
    _order(other)
    deliver()

    assert len(stage.writes) - before == 40
    assert overlaps(stage.writes) == []


def test_the_second_of_two_clicks_is_told_of_the_first(stage: Stage) -> None:
    answers: list[Verdict] = []
    barrier = threading.Barrier(4)

    def click() -> None:
        try:
            barrier.wait(timeout=10)
            answers.extend(_order(stage))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    refusals = [one.refusal.words for one in answers if one.refusal is not None]
    assert len(answers) == 4
    assert refusals == ["It is being sent again at this moment."] * 3
    assert Resend.objects.count() == 1


def test_it_is_possible_again_a_day_later(stage: Stage) -> None:
    _order(stage)
    deliver()

    [refused] = _order(stage)
    assert refused.refusal is not None
    ordered_at = Resend.objects.get().created_at
    assert refused.refusal.again_at == ordered_at + timedelta(hours=24)

    Resend.objects.update(created_at=ordered_at - timedelta(hours=24))
    [granted] = _order(stage)
    assert granted.refusal is None


@pytest.mark.parametrize("status", ["disabled", "error"])
def test_a_destination_that_sends_nothing_takes_no_order(stage: Stage, status: str) -> None:
    stage.destination.status = status
    stage.destination.save()

    with pytest.raises(CannotActivate):
        _order(stage)


def test_an_audience_of_another_destination_is_not_sent(stage: Stage) -> None:
    other = factories.ActivationFactory()

    verdicts = activate_now.order(
        destination=stage.destination,
        activation_ids=[other.pk],
        person=None,
        at=timezone.now(),
    )

    assert verdicts == []
    assert not Resend.objects.exists()
