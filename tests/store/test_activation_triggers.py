"""Which changes a destination exports: what is suppressed, what goes out, what catches up."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from activations import ingestion
from activations.deliveries.changes import ProfileChanges
from activations.deliveries.store import backfills, intake
from activations.models import Activation, DataflowRun, Delivery, Profile
from activations.profiles.rows import Row
from activations.services import details, upkeep
from activations.terms import Lane
from connections import marks
from connections.activation_triggers import ATTRIBUTES, CODES, IDENTITIES, SEGMENTATION
from connections.models import Destination
from tests.factories import (
    NOON,
    ActivationFactory,
    AudienceFactory,
    DeliveryFactory,
    MembershipFactory,
    ProfileFactory,
)

pytestmark = pytest.mark.django_db

EMAIL = "ann@example.org"


@pytest.fixture
def activation() -> Activation:
    return ActivationFactory(
        audience=AudienceFactory(namespace="ups", external_id="vip"), backfilled_at=NOON
    )


def leave_on(*triggers: str) -> None:
    Destination.objects.update(activation_triggers=list(triggers))


def others(trigger: str) -> list[str]:
    return [code for code in CODES if code != trigger]


def turn(destination: Destination, *triggers: str, at: Any = NOON) -> None:
    """By a person with the form, as it is stored now, before them."""
    destination.refresh_from_db()
    values = {"activation_triggers": list(triggers)}
    seen = marks.of(row=destination, fields=values)
    details.edit(destination=destination, values=values, seen=seen, at=at)


def line_up_all() -> None:
    while backfills.advance(at=NOON):
        pass


def ann(*, status: str | None = None, ecid: str | None = None, **attributes: Any) -> dict[str, Any]:
    identities: dict[str, Any] = {"Email": [{"id": EMAIL}]}
    if ecid:
        identities["ECID"] = [{"id": ecid}]
    document = {"identityMap": identities, **attributes}
    if status:
        document["segmentMembership"] = {"ups": {"vip": {"status": status}}}
    return document


def ingest(*documents: dict[str, Any], minutes: int = 0) -> None:
    complaints: list[Any] = []
    ingestion.ingest(
        rows=[Row(number, document) for number, document in enumerate(documents, 1)],
        clock=lambda: NOON + timedelta(minutes=minutes),
        on_complaint=complaints.append,
    )
    assert complaints == []


def sequences() -> list[int]:
    return list(Delivery.objects.order_by("pk").values_list("desired_seq", flat=True))


def received() -> int:
    return sum(DataflowRun.objects.values_list("profiles_received", flat=True))


# What comes in, and the one trigger it has.
ALONE = {
    ATTRIBUTES: ann(status="realized", ecid="1", tier="gold"),
    SEGMENTATION: ann(status="exited", ecid="1", tier="iron"),
    IDENTITIES: ann(status="realized", ecid="2", tier="iron"),
}
MIXED = {
    ATTRIBUTES: ann(status="exited", ecid="1", tier="gold"),
    SEGMENTATION: ann(status="exited", ecid="2", tier="iron"),
    IDENTITIES: ann(status="realized", ecid="2", tier="gold"),
}


@pytest.fixture
def sent(activation: Activation) -> Delivery:
    """Ann is a member, and Zendesk has her."""
    ingest(ann(status="realized", ecid="1", tier="iron"))
    Delivery.objects.update(state="delivered", delivered_seq=1)
    DataflowRun.objects.all().delete()
    return Delivery.objects.get()


@pytest.mark.parametrize("trigger", CODES)
def test_a_change_whose_only_trigger_is_off_is_not_exported(sent: Delivery, trigger: str) -> None:
    leave_on(*others(trigger))
    ingest(ALONE[trigger], minutes=1)

    sent.refresh_from_db()
    assert (sent.state, sent.desired_seq, received()) == ("delivered", 1, 0)


@pytest.mark.parametrize("trigger", CODES)
def test_a_change_whose_only_trigger_is_the_only_one_on_is(sent: Delivery, trigger: str) -> None:
    leave_on(trigger)
    ingest(ALONE[trigger], minutes=1)

    sent.refresh_from_db()
    assert (sent.state, sent.desired_seq, received()) == ("pending", 2, 1)


@pytest.mark.parametrize("trigger", CODES)
def test_a_change_with_another_trigger_goes_out(sent: Delivery, trigger: str) -> None:
    leave_on(*others(trigger))
    ingest(MIXED[trigger], minutes=1)

    sent.refresh_from_db()
    assert (sent.state, sent.desired_seq, received()) == ("pending", 2, 1)


def test_two_records_that_change_different_things_are_one_mixed_change(sent: Delivery) -> None:
    leave_on(IDENTITIES)
    ingest(ann(tier="gold"), ann(ecid="2"), minutes=1)

    assert sequences() == [2]


def test_an_attribute_that_python_takes_for_equal_is_an_attribute_change(
    sent: Delivery,
) -> None:
    """1 and true are one number to Python, and two values to Zendesk; an identity is new too."""
    ingest(ann(flag=1, ecid="1"), minutes=1)
    leave_on(ATTRIBUTES)
    ingest(ann(flag=True, ecid="2"), minutes=2)

    assert sequences() == [3]


def test_each_destination_goes_by_its_own_triggers(activation: Activation) -> None:
    attentive = activation.destination
    calm, calmest = (ActivationFactory(audience=activation.audience).destination for _ in "ab")
    ingest(ann(status="realized"))
    for one in (calm, calmest):
        Destination.objects.filter(pk=one.pk).update(activation_triggers=others(ATTRIBUTES))
    ingest(ann(tier="gold"), minutes=1)

    moved = dict(Delivery.objects.values_list("destination_id", "desired_seq"))
    assert moved == {attentive.pk: 2, calm.pk: 1, calmest.pk: 1}
    counted = dict(DataflowRun.objects.values_list("destination_id", "profiles_received"))
    assert counted == {attentive.pk: 2, calm.pk: 1, calmest.pk: 1}


def test_a_member_who_is_new_there_waits_for_another_trigger(activation: Activation) -> None:
    ingest(ann(tier="iron"))
    leave_on(*others(SEGMENTATION))
    ingest(ann(status="realized"), minutes=1)
    assert not Delivery.objects.exists()
    assert received() == 0

    ingest(ann(tier="gold"), minutes=2)
    assert sequences() == [1]


@pytest.mark.parametrize("trigger", CODES)
def test_somebody_wholly_new_changes_in_everything(activation: Activation, trigger: str) -> None:
    leave_on(trigger)
    ingest(ann(status="realized", tier="iron"))

    assert sequences() == [1]


def test_who_lacks_a_row_where_it_is_suppressed_gets_it_elsewhere(activation: Activation) -> None:
    ingest(ann(tier="iron"))
    leave_on(*others(SEGMENTATION))
    other = ActivationFactory(audience=activation.audience)
    ingest(ann(status="realized"), minutes=1)

    assert Delivery.objects.get().destination == other.destination


def test_a_membership_that_ends_by_its_date_is_a_segmentation_change(sent: Delivery) -> None:
    leave_on(*others(SEGMENTATION))
    membership = sent.profile.memberships.get()
    for trigger_is_on in (False, True):
        membership.status, membership.valid_until = "realized", NOON
        membership.save()
        if trigger_is_on:
            leave_on(SEGMENTATION)
        upkeep.expire_memberships(at=NOON)
        assert sequences() == [2 if trigger_is_on else 1]


@pytest.mark.parametrize("state", ["pending", "waiting", "leased"])
def test_what_is_under_way_is_left_as_it_is(sent: Delivery, state: str) -> None:
    """It is rendered with the newest data in any case."""
    lease = {"lease_until": NOON} if state == "leased" else {}
    Delivery.objects.update(state=state, desired_seq=2, **lease)
    leave_on(*others(ATTRIBUTES))
    ingest(ALONE[ATTRIBUTES], minutes=1)

    assert list(Delivery.objects.values_list("state", "desired_seq")) == [(state, 2)]


@pytest.mark.parametrize("trigger", CODES)
def test_turned_on_again_every_row_catches_up(sent: Delivery, trigger: str) -> None:
    leave_on(*others(trigger))
    ingest(ALONE[trigger], minutes=1)
    turn(sent.destination, *CODES)
    line_up_all()

    sent.refresh_from_db()
    assert (sent.state, sent.desired_seq, sent.lane) == ("pending", 2, Lane.BACKFILL)


def test_turned_on_again_segmentation_brings_those_who_entered_meanwhile(
    activation: Activation,
) -> None:
    ingest(ann(tier="iron"))
    leave_on(*others(SEGMENTATION))
    ingest(ann(status="realized"), minutes=1)
    turn(activation.destination, *CODES)
    line_up_all()

    assert sequences() == [1]


def test_an_audience_that_is_over_brings_nobody(activation: Activation) -> None:
    Activation.objects.update(end_on=NOON.date() - timedelta(days=1))
    MembershipFactory(audience=activation.audience)
    leave_on(*others(SEGMENTATION))
    turn(activation.destination, *CODES)

    assert not activation.destination.backfills.exists()


def test_another_trigger_brings_nobody_while_segmentation_stays_off(
    activation: Activation,
) -> None:
    MembershipFactory(audience=activation.audience)
    leave_on(IDENTITIES)
    turn(activation.destination, ATTRIBUTES, IDENTITIES)
    line_up_all()

    assert not Delivery.objects.exists()


def test_turning_off_and_saving_again_look_at_nobody(sent: Delivery) -> None:
    for triggers in ([SEGMENTATION], [SEGMENTATION]):
        turn(sent.destination, *triggers)

    assert not sent.destination.backfills.exists()
    version = sent.destination.mapping_version
    sent.destination.refresh_from_db()
    assert sent.destination.mapping_version == version


def test_a_backfill_does_not_ask_for_triggers(activation: Activation) -> None:
    """Neither a first one nor that of an edited mapping: both are no change of a profile."""
    Activation.objects.update(backfilled_at=None)
    MembershipFactory(audience=activation.audience)
    leave_on(IDENTITIES)
    backfills.open_due_activations(at=NOON)
    line_up_all()

    assert sequences() == [1]


def test_no_trigger_at_all_is_refused_by_the_database(activation: Activation) -> None:
    refused = pytest.raises(IntegrityError, match="destination_has_an_activation_trigger")
    with refused, transaction.atomic():
        leave_on()


def statements(profiles: Iterable[Profile]) -> list[str]:
    ids = [profile.pk for profile in profiles]
    with CaptureQueriesContext(connection) as captured:
        intake.enqueue(changes=ProfileChanges(attributes=ids), at=NOON)
    return [query["sql"] for query in captured]


def test_suppressing_takes_no_more_statements_however_many_it_is_about(
    activation: Activation,
) -> None:
    for _ in range(4):
        ActivationFactory(audience=activation.audience)
    people = [MembershipFactory(audience=activation.audience).profile for _ in range(20)]
    statements(people)
    some = Destination.objects.exclude(pk=activation.destination.pk).order_by("pk")
    counts = [len(statements(people[:1])), len(statements(people))]
    for destination in some[:3]:
        destination.activation_triggers = others(ATTRIBUTES)
        destination.save()
    counts += [len(statements(people[:1])), len(statements(people))]

    # A run is counted for each destination that received something: five of them, then two.
    assert [count - runs for count, runs in zip(counts, (5, 5, 2, 2), strict=True)] == [
        counts[0] - 5
    ] * 4


def test_with_every_trigger_on_nothing_is_said_of_them_to_the_database(
    activation: Activation,
) -> None:
    newcomer = MembershipFactory(audience=activation.audience).profile
    DeliveryFactory(destination=activation.destination, profile=ProfileFactory())
    (insert,) = (sql for sql in statements([newcomer]) if "INSERT INTO activations_delivery" in sql)

    assert "WHERE TRUE AND membership.status" in insert
