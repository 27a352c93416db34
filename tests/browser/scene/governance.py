"""Labels and data usage policies, and a draft that breaks one of them."""

from datetime import datetime

from django.contrib.auth.models import User

from activations.models import (
    ActivationDraft,
    Audience,
    ConsentPolicy,
    CustomLabel,
    LabeledAttribute,
    Policy,
)
from activations.services import drafts
from activations.services.draft_content import MappingRow, ScheduleRow
from activations.terms import PolicyStatus
from connections.models import Destination
from tests import factories
from tests.browser.scene.words import Say


def fill(say: Say, at: datetime, person: User) -> tuple[Policy, LabeledAttribute]:
    """One of your own that is enabled, and attributes that nothing sends yet."""
    policy = factories.PolicyFactory(
        name=say("No sensitive data for partners", 200),
        description=say("Agreed with the works council in May.", 4000),
        labels=["C2", "S1"],
        created_by=person,
    )
    for path, labels in (
        ("homeAddress", ["I2", "S2"]),
        ("loyalty.points", ["C12"]),
        ("person.birthDate", ["C2", "C3", "I2"]),
    ):
        attribute = factories.LabeledAttributeFactory(
            path=path, labels=labels, changed_by=person, changed_at=at
        )
    factories.LabeledAttributeFactory(path=say("loyalty.tier", 500), changed_at=at)
    return policy, attribute


def custom_label(say: Say) -> CustomLabel:
    """One of your own, with the longest name, on an attribute and in a policy."""
    name = "B" * 50
    label: CustomLabel = factories.CustomLabelFactory(
        name=name,
        friendly_name=say("Under contract with the bank", 200),
        description=say("Agreed in May.", 4000),
    )
    factories.CustomLabelFactory(name="SHOP")
    factories.LabeledAttributeFactory(path=say("bank.rating", 500), labels=["C2", name])
    factories.PolicyFactory(name=say("Banks", 200), labels=[name], status=PolicyStatus.DRAFT)
    return label


def breaking(
    destination: Destination, audience: Audience, say: Say, person: User
) -> ActivationDraft:
    """A draft that gives two labelled attributes, and an audience that is labelled too, to a
    destination with a forbidden action."""
    destination.marketing_actions = ["export-to-third-party"]
    destination.save()
    audience.labels = ["C2"]
    audience.save()
    draft = drafts.open_for(destination=destination, person=person)
    draft.audiences = drafts.draft_content.store_schedule(
        rows=[ScheduleRow(audience.pk, say("Audience field 0", 255), "2026-01-01")]
    )
    draft.mappings += drafts.draft_content.store_mappings(
        rows=[
            MappingRow("xdm: person.birthDate", f"xdm: custom_fields.{say('Birthday', 200)}"),
            MappingRow("xdm: loyalty.points", "xdm: custom_fields.Loyalty points"),
        ]
    )
    draft.save()
    return draft


def refused(say: Say) -> Policy:
    """A draft that what is activated keeps from being enabled: it is about the last name."""
    factories.LabeledAttributeFactory(path="person.name", labels=["I1"])
    policy: Policy = factories.PolicyFactory(
        name=say("Names stay here", 200), labels=["I1"], status=PolicyStatus.DRAFT
    )
    return policy


def consents(say: Say, person: User) -> list[ConsentPolicy]:
    """An enabled one with every condition, a draft that concerns what is activated, and an
    enabled one that does."""
    enabled = factories.ConsentPolicyFactory(
        name=say("Birthdays need a yes", 200),
        description=say("Promised on the sign-up page.", 4000),
        marketing_actions=["email-targeting", "export-to-third-party"],
        labels=["C2", "I2"],
        path=say("consents.personalize.content.val", 500),
        accepted=[say("y", 200), "VI"],
        created_by=person,
    )
    draft = factories.ConsentPolicyFactory(
        name=say("Marketing only with consent", 200), status=PolicyStatus.DRAFT
    )
    asked = factories.ConsentPolicyFactory(
        name=say("Partners need a yes", 200),
        marketing_actions=["export-to-third-party"],
        path=say("consents.share.val", 500),
        accepted=[say("y", 200)],
    )
    return [enabled, draft, asked]
