"""Consent at run time, with the sandbox: who is not sent, who is taken back, who comes again."""

from typing import Any

import pytest
from django.utils import timezone

from activations.models import ConsentPolicy, DataflowRun
from activations.services import consent_policies, details, labels
from activations.terms import PolicyStatus
from connections import marks
from connections.activation_triggers import IDENTITIES
from connections.models import Destination, DestinationStatus
from connections.zendesk.sandbox import RunningSandbox
from tests import factories
from tests.journeys import stage as stages
from tests.journeys.stage import FIELD, Stage, deliver, email

pytestmark = pytest.mark.django_db(transaction=True)

THIRD_PARTY = "export-to-third-party"


@pytest.fixture
def stage(sandbox: RunningSandbox) -> Stage:
    """Meant for third parties; nobody is in its audience yet."""
    return stages.build(sandbox, marketing_actions=[THIRD_PARTY])


@pytest.fixture
def policy() -> ConsentPolicy:
    made: ConsentPolicy = factories.ConsentPolicyFactory(status=PolicyStatus.DRAFT)
    return made


def enable(policy: ConsentPolicy) -> None:
    policy.refresh_from_db()
    confirmed = consent_policies.confirmation(policy=policy)
    consent_policies.enable(policy=policy, confirmed=confirmed, at=timezone.now())


def says(stage: Stage, number: int, value: str | None, **more: Any) -> dict[str, Any]:
    """A record with consent to marketing."""
    return stage.person(number, **more) | {"consents": {"marketing": {"any": {"val": value}}}}


def contact(stage: Stage, number: int) -> tuple[Any, Any]:
    found = stage.contacts[email(number)]
    return found["last_name"], found["custom_fields"][FIELD]


def codes(stage: Stage) -> list[tuple[str, str]]:
    return [(row.state, row.code) for row in stage.rows()]


def test_who_does_not_consent_is_never_sent(stage: Stage, policy: ConsentPolicy) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y"), says(stage, 1, "n"), stage.person(2)])
    report = deliver()

    assert (report.sent, report.excluded) == (1, 2)
    assert list(stage.contacts) == [email(0)]
    assert codes(stage) == [("delivered", ""), ("excluded", "consent"), ("excluded", "consent")]
    run = DataflowRun.objects.get()
    assert (run.identities_activated, run.identities_excluded) == (1, 2)


def test_a_consent_withdrawn_reaches_zendesk_as_having_left_and_nothing_else_does(
    stage: Stage, policy: ConsentPolicy
) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y")])
    deliver()
    stage.ingest([says(stage, 0, "n", last_name="Berg")])
    deliver()

    assert contact(stage, 0) == ("Ek", "exited")
    # Told once, and no longer among those who are delivered.
    assert codes(stage) == [("excluded", "consent")]
    assert len(stage.writes) == 2
    run = DataflowRun.objects.get()
    assert (run.identities_activated, run.identities_excluded) == (2, 1)

    # From now on nothing of this person leaves any more.
    stage.ingest([says(stage, 0, "n", last_name="Holm")])
    report = deliver()
    assert (report.sent, report.excluded) == (0, 1)
    assert codes(stage) == [("excluded", "consent")]
    assert len(stage.writes) == 2


def test_a_consent_given_again_is_a_fresh_qualification(
    stage: Stage, policy: ConsentPolicy
) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y"), says(stage, 1, "n")])
    deliver()
    stage.ingest([says(stage, 0, None)])
    deliver()
    stage.ingest([says(stage, 0, "y", last_name="Berg"), says(stage, 1, "y")])
    deliver()

    assert contact(stage, 0) == ("Berg", "realized")
    assert contact(stage, 1) == ("Ek", "realized")
    assert stage.states() == {"delivered": 2}


def test_enabling_a_policy_takes_back_who_was_sent_and_disabling_sends_them_again(
    stage: Stage, policy: ConsentPolicy
) -> None:
    stage.ingest([says(stage, 0, "y"), says(stage, 1, "n"), stage.person(2)])
    deliver()
    assert len(stage.writes) == 3

    enable(policy)
    deliver()
    assert [contact(stage, number)[1] for number in range(3)] == ["realized", "exited", "exited"]
    assert len(stage.writes) == 5

    consent_policies.disable(policy=policy, at=timezone.now())
    deliver()
    assert [contact(stage, number)[1] for number in range(3)] == ["realized"] * 3
    # Whose contact stayed what it was is not sent again.
    assert len(stage.writes) == 7


def test_a_changed_policy_looks_at_everybody_again(stage: Stage, policy: ConsentPolicy) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y"), says(stage, 1, "n")])
    deliver()
    values = {"accepted": ["n"]}
    policy.refresh_from_db()
    seen = marks.of(row=policy, fields=values)
    policy.accepted = ["n"]
    confirmed = consent_policies.confirmation(policy=policy)
    consent_policies.change(
        policy=policy, values=values, seen=seen, confirmed=confirmed, at=timezone.now()
    )
    deliver()
    assert [contact(stage, number)[1] for number in range(2)] == ["exited", "realized"]

    consent_policies.delete(policy=policy, at=timezone.now())
    deliver()
    assert [contact(stage, number)[1] for number in range(2)] == ["realized", "realized"]


def test_marketing_actions_and_labels_decide_whether_it_is_asked_for(
    stage: Stage, policy: ConsentPolicy
) -> None:
    ConsentPolicy.objects.update(labels=["I1"], status=PolicyStatus.ENABLED)
    stage.ingest([says(stage, 0, "n")])
    deliver()
    assert contact(stage, 0)[1] == "realized"

    who, at = factories.UserFactory(), timezone.now()
    label = labels.put_on(path="person.name", codes=["I1"], person=who, at=at)
    deliver()
    assert contact(stage, 0)[1] == "exited"

    mean(stage.destination, "analytics")
    deliver()
    assert contact(stage, 0)[1] == "realized"

    mean(stage.destination, THIRD_PARTY)
    deliver()
    assert contact(stage, 0)[1] == "exited"

    labels.take_off(attribute=label, at=timezone.now())
    deliver()
    assert contact(stage, 0)[1] == "realized"


def mean(destination: Destination, *actions: str) -> None:
    change(destination, marketing_actions=list(actions))


def change(destination: Destination, **values: Any) -> None:
    destination.refresh_from_db()
    seen = marks.of(row=destination, fields=values)
    details.edit(destination=destination, values=values, seen=seen, at=timezone.now())


def test_no_trigger_suppresses_a_withdrawal(stage: Stage, policy: ConsentPolicy) -> None:
    enable(policy)
    change(stage.destination, activation_triggers=[IDENTITIES])
    stage.ingest([says(stage, 0, "y"), says(stage, 1, "y")])
    deliver()
    stage.ingest([says(stage, 0, "n"), says(stage, 1, "y", last_name="Berg")])
    deliver()

    assert contact(stage, 0) == ("Ek", "exited")
    # What a policy does not ask for is suppressed as before.
    assert contact(stage, 1) == ("Ek", "realized")
    assert len(stage.writes) == 3


def test_without_consent_a_contact_that_is_gone_is_not_made_again(
    stage: Stage, policy: ConsentPolicy
) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y")])
    deliver()
    delete_contact(stage)
    stage.ingest([says(stage, 0, "n")])
    deliver()

    assert stage.contacts == {}
    assert codes(stage) == [("excluded", "consent")]


def delete_contact(stage: Stage) -> None:
    """By somebody in Sell."""
    contact_id, sandbox = stage.contacts[email(0)]["id"], stage.running.sandbox
    with sandbox.lock:
        sandbox.contacts.delete(contact_id=contact_id, at=sandbox.clock.monotonic(), lag=0)


def fail_once(stage: Stage, when: str) -> None:
    """The next request has an unknown outcome: it fails before or after it was applied."""
    stage.running.sandbox.add_fault(f"status=500,count=1,path=/v2/contacts,when={when}")
    deliver(until_idle=False)
    assert stage.states() == {"waiting": 1}


def pass_all_doubts() -> None:
    deliver(later_seconds=1_000)
    deliver(later_seconds=3_000)


@pytest.mark.parametrize("when", ["before", "after"])
def test_nor_is_one_whose_last_update_was_in_doubt_when_it_went(
    stage: Stage, policy: ConsentPolicy, when: str
) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y")])
    deliver()
    stage.ingest([says(stage, 0, "y", last_name="Berg")])
    fail_once(stage, when)
    delete_contact(stage)
    stage.ingest([says(stage, 0, "n")])
    pass_all_doubts()

    assert stage.contacts == {}
    assert codes(stage) == [("excluded", "consent")]
    # With consent a contact is made as ever.
    stage.ingest([says(stage, 0, "y")])
    deliver(later_seconds=3_000)
    assert contact(stage, 0) == ("Ek", "realized")


def test_the_doubt_of_another_destination_sends_nobody(stage: Stage, policy: ConsentPolicy) -> None:
    """The two share the contact; only the one that never sent it asks for the consent."""
    enable(policy)
    other = stages.beside(stage)
    switch(stage, DestinationStatus.DISABLED)
    stage.ingest([says(stage, 0, "n")])
    fail_once(other, "before")
    switch(other, DestinationStatus.DISABLED)
    switch(stage, DestinationStatus.ENABLED)
    pass_all_doubts()

    assert (stage.contacts, len(stage.writes)) == ({}, 1)
    assert codes(stage) == [("excluded", "consent")]

    switch(other, DestinationStatus.ENABLED)
    deliver(later_seconds=3_000)
    stage.ingest([says(stage, 0, "n", last_name="Berg")])
    deliver(later_seconds=3_000)
    assert codes(stage) == [("excluded", "consent")]
    found = stage.contacts[email(0)]
    assert (found["last_name"], found["custom_fields"]) == (
        "Berg",
        {stages.OTHER_FIELD: "realized"},
    )


def switch(stage: Stage, status: DestinationStatus) -> None:
    Destination.objects.filter(pk=stage.destination.pk).update(status=status)


@pytest.mark.parametrize("when", ["before", "after"])
def test_who_lost_the_name_too_is_told_to_have_left_if_there_is_a_contact(
    stage: Stage, policy: ConsentPolicy, when: str
) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y")])
    fail_once(stage, when)
    nameless = says(stage, 0, None)
    nameless["person"] = {"name": {"lastName": None}}
    stage.ingest([nameless])
    pass_all_doubts()

    was_made = when == "after"
    assert codes(stage) == [("excluded", "consent")]
    statuses = [one["custom_fields"][FIELD] for one in stage.contacts.values()]
    assert statuses == (["exited"] if was_made else [])
    assert Destination.objects.get().rejection_streak == 0
    # That there is none is known now: a name that comes later makes none either.
    stage.ingest([says(stage, 0, "n", last_name="Berg")])
    deliver(later_seconds=3_000)
    assert [one["last_name"] for one in stage.contacts.values()] == (["Ek"] if was_made else [])
    assert codes(stage) == [("excluded", "consent")]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_doubtful_request_is_followed_by_the_withdrawal(
    stage: Stage, policy: ConsentPolicy, when: str
) -> None:
    """Whether the contact was made or not: in the end Zendesk says that they left."""
    enable(policy)
    stage.ingest([says(stage, 0, "y")])
    fail_once(stage, when)
    stage.ingest([says(stage, 0, "n")])
    pass_all_doubts()

    assert contact(stage, 0)[1] == "exited"
    assert stage.states() == {"excluded": 1}


def test_a_withdrawal_that_zendesk_refuses_fails_as_any_contact_does(
    stage: Stage, policy: ConsentPolicy
) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y")])
    deliver()
    stage.running.sandbox.add_fault("status=422,count=1,path=/v2/contacts")
    stage.ingest([says(stage, 0, "n")])
    deliver()
    ((state, code),) = codes(stage)
    assert (state, code[:11]) == ("failed", "zendesk-422")
    assert len(stage.writes) == 2


def test_a_doubtful_withdrawal_is_confirmed_once_and_not_hurried(
    stage: Stage, policy: ConsentPolicy
) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y")])
    deliver()
    stage.running.sandbox.add_fault("status=500,count=1,when=after,path=/v2/contacts")
    stage.ingest([says(stage, 0, "n")])
    deliver(until_idle=False)
    # Tried again while the first may still be applied: whatever it says proves nothing.
    deliver(until_idle=False, later_seconds=30)
    assert (stage.states(), len(stage.writes)) == ({"waiting": 1}, 3)
    deliver(later_seconds=1_000)

    assert contact(stage, 0)[1] == "exited"
    assert (codes(stage), len(stage.writes)) == ([("excluded", "consent")], 4)


def test_who_consents_again_while_the_withdrawal_is_under_way_is_a_member_in_the_end(
    stage: Stage, policy: ConsentPolicy
) -> None:
    enable(policy)
    stage.ingest([says(stage, 0, "y")])
    deliver()
    stage.running.sandbox.add_fault("status=503,count=1,path=/v2/contacts")
    stage.ingest([says(stage, 0, "n")])
    deliver(until_idle=False)
    stage.ingest([says(stage, 0, "y", last_name="Berg")])
    deliver(later_seconds=1_000)

    assert contact(stage, 0) == ("Berg", "realized")
    assert codes(stage) == [("delivered", "")]


def test_many_withdrawals_take_one_request_each(stage: Stage, policy: ConsentPolicy) -> None:
    enable(policy)
    stage.ingest([says(stage, number, "y") for number in range(60)])
    deliver()
    stage.ingest([says(stage, number, "n") for number in range(60)])
    report = deliver()

    assert (report.sent, report.excluded) == (60, 60)
    assert stage.states() == {"excluded": 60}
    assert len(stage.writes) == 120
