"""A label or policy and a change of what is sent, at the same time: one of them sees the other.

SQLite has one writer, so there the two cannot meet.
"""

from dataclasses import asdict

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection, transaction

from activations.deliveries.changes import ProfileChanges
from activations.deliveries.store import intake
from activations.models import ActivationDraft
from activations.services import (
    consent_policies,
    custom_labels,
    details,
    drafts,
    labels,
    policies,
    standing_still,
)
from activations.services.policy_check import WouldBreak
from activations.terms import PolicyStatus
from connections import access_labels, marks, roles
from connections.labelled import UnknownLabel
from connections.models import Destination
from connections.queries import roles as role_queries
from tests import factories
from tests.store.test_changes_under_way import has_to_wait, under_way

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _postgresql_only(db: None) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")


@pytest.fixture
def destination() -> Destination:
    """Its draft maps the loyalty tier; nothing is labelled."""
    account = factories.AccountFactory(contact_fields=[_FIELD], contact_fields_at=factories.NOON)
    made: Destination = factories.DestinationFactory(
        account=account, marketing_actions=["export-to-third-party"]
    )
    factories.map_mandatory(made, title="loyalty.tier")
    factories.ActivationFactory(destination=made, mapping_id="VIP")
    return made


@pytest.fixture
def draft(destination: Destination) -> ActivationDraft:
    return drafts.open_for(destination=destination, person=factories.UserFactory())


_FIELD = {
    "id": 1,
    "name": "VIP",
    "type": "string",
    "choices": [],
    "for_contact": True,
    "for_organisation": False,
}


def label(code: str) -> None:
    person = User.objects.first()
    labels.put_on(path="loyalty", codes=[code], person=person, at=factories.NOON)


def test_a_label_waits_for_a_wizard_that_is_being_finished(draft: ActivationDraft) -> None:
    with under_way(lambda: drafts.finish(draft=draft, at=factories.NOON)) as store:
        assert has_to_wait(lambda: label("C5"))
        store()
    with pytest.raises(WouldBreak):
        label("C12")


def test_a_wizard_waits_for_a_label_and_then_sees_it(
    draft: ActivationDraft, destination: Destination
) -> None:
    destination.activations.all().delete()
    with under_way(lambda: label("C12")) as store:
        assert has_to_wait(lambda: drafts.finish(draft=draft, at=factories.NOON))
        store()
    with pytest.raises(drafts.CannotFinish, match="may not be exported in any way"):
        drafts.finish(draft=draft, at=factories.NOON)


def test_a_policy_waits_for_marketing_actions_and_then_sees_them(destination: Destination) -> None:
    Destination.objects.update(marketing_actions=[])
    label("C2")
    policy = factories.PolicyFactory(status=PolicyStatus.DRAFT)
    destination.refresh_from_db()
    seen = marks.of(row=destination, fields=["marketing_actions"])

    def mean_third_parties() -> None:
        details.edit(
            destination=destination,
            values={"marketing_actions": ["export-to-third-party"]},
            seen=seen,
            at=factories.NOON,
        )

    with under_way(mean_third_parties) as store:
        assert has_to_wait(lambda: policies.enable(policy=policy))
        store()
    with pytest.raises(WouldBreak):
        policies.enable(policy=policy)


def test_wizards_do_not_wait_for_each_other() -> None:
    def hold() -> None:
        with transaction.atomic():
            standing_still.beside_others()

    with under_way(standing_still.beside_others):
        assert not has_to_wait(hold)


def test_a_consent_policy_waits_for_profiles_that_are_being_changed(
    destination: Destination,
) -> None:
    """What their triggers suppressed went by the policies as they were."""
    policy = factories.ConsentPolicyFactory(status=PolicyStatus.DRAFT)

    def enable() -> None:
        confirmed = consent_policies.confirmation(policy=policy)
        consent_policies.enable(policy=policy, confirmed=confirmed, at=factories.NOON)

    changes = ProfileChanges(attributes={factories.ProfileFactory().pk})
    with under_way(lambda: intake.enqueue(changes=changes, at=factories.NOON)) as store:
        assert has_to_wait(enable)
        store()
    enable()


def test_a_label_lets_profiles_be_changed_beside_it(destination: Destination) -> None:
    """No trigger suppresses by labels: ingestion neither waits for one nor keeps it waiting."""
    changes = ProfileChanges(attributes={factories.ProfileFactory().pk})
    with under_way(lambda: intake.enqueue(changes=changes, at=factories.NOON)):
        assert not has_to_wait(lambda: label("C2"))


def test_a_consent_policy_waits_for_marketing_actions_and_then_sees_them(
    destination: Destination,
) -> None:
    Destination.objects.update(marketing_actions=[])
    destination.refresh_from_db()
    policy = factories.ConsentPolicyFactory(status=PolicyStatus.DRAFT)
    values = {"marketing_actions": ["export-to-third-party"]}
    seen = marks.of(row=destination, fields=values)

    def mean_third_parties() -> None:
        details.edit(destination=destination, values=values, seen=seen, at=factories.NOON)

    def enable() -> None:
        confirmed = consent_policies.confirmation(policy=policy)
        consent_policies.enable(policy=policy, confirmed=confirmed, at=factories.NOON)

    with under_way(mean_third_parties) as store:
        assert has_to_wait(enable)
        store()
    before = Destination.objects.get().mapping_version
    enable()
    assert Destination.objects.get().mapping_version == before + 1


def give_bank_to_a_role() -> None:
    roles.create(name="Tellers", permissions=[], labels=["BANK"])


def let_a_role_see_by_bank(role: Group) -> None:
    before = asdict(role_queries.content(key=role.pk))
    seen = marks.of(row=role_queries.content(key=role.pk), fields=before)
    roles.change(role=role, name=role.name, permissions=[], labels=["BANK"], seen=seen)


def test_a_label_is_not_deleted_while_a_role_is_given_it() -> None:
    bank = factories.CustomLabelFactory(name="BANK")
    with under_way(give_bank_to_a_role) as store:
        assert has_to_wait(lambda: custom_labels.delete(label=bank))
        store()
    with pytest.raises(custom_labels.InUse, match="Tellers"):
        custom_labels.delete(label=bank)


def test_a_role_is_not_given_a_label_that_is_being_deleted() -> None:
    bank = factories.CustomLabelFactory(name="BANK")
    role = roles.create(name="Viewer", permissions=[])
    with under_way(lambda: custom_labels.delete(label=bank)) as store:
        assert has_to_wait(give_bank_to_a_role)
        assert has_to_wait(lambda: let_a_role_see_by_bank(role))
        store()
    with pytest.raises(UnknownLabel):
        give_bank_to_a_role()
    with pytest.raises(UnknownLabel):
        let_a_role_see_by_bank(role)
    assert access_labels.of_role(role=role) is None
