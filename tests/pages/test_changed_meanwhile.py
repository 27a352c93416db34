"""Two people change one thing at once: the second is told, keeps what was typed, and decides."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from activations.terms import PolicyStatus
from connections import roles
from connections.activation_triggers import ATTRIBUTES, IDENTITIES, SEGMENTATION
from connections.alert_rules import DELAY
from connections.models import Person
from connections.permissions import Permission
from connections.queries import alert_rules
from tests import factories
from tests.pages import opened

MEANWHILE = "Somebody changed this meanwhile: "


@dataclass(frozen=True, slots=True)
class Thing:
    """A form two people have open, what each of them types, and what is stored."""

    url: str
    theirs: Mapping[str, Any]
    mine: Mapping[str, Any]
    told: str
    stored: Callable[[], Any]
    mine_stored: Any


def _audience() -> Thing:
    audience = factories.AudienceFactory(name="Old")

    def stored() -> str:
        audience.refresh_from_db()
        return audience.name

    url = reverse("activations:audience-name", args=[audience.uuid])
    told = "now it is “Theirs”."
    return Thing(url, {"name": "Theirs"}, {"name": "Mine"}, told, stored, "Mine")


def _threshold() -> Thing:
    url = reverse("connections:alert-threshold", args=[DELAY])
    return Thing(
        url,
        {"threshold": "60"},
        {"threshold": "90"},
        "now it is “60”.",
        lambda: alert_rules.standings()[DELAY].threshold,
        90,
    )


def _triggers() -> Thing:
    destination = factories.DestinationFactory(name="Zendesk CRM")

    def stored() -> Any:
        destination.refresh_from_db()
        return destination.activation_triggers

    def form(*triggers: str) -> dict[str, Any]:
        return {"name": "Zendesk CRM", "activation_triggers": list(triggers)}

    return Thing(
        reverse("activations:destination-settings", args=[destination.uuid]),
        form(SEGMENTATION, IDENTITIES),
        form(ATTRIBUTES, SEGMENTATION),
        "now it is “Segmentation changes, Identity changes”.",
        stored,
        [ATTRIBUTES, SEGMENTATION],
    )


def _role() -> Thing:
    role = roles.create(name="Viewer", permissions=[Permission.VIEW_DESTINATIONS])

    def stored() -> Any:
        role.refresh_from_db()
        return role.name

    return Thing(
        reverse("connections:role", args=[role.pk]),
        {"name": "Theirs", "permissions": ["view_destinations", "view_alerts"]},
        {"name": "Mine", "permissions": ["view_destinations"]},
        "it also allows View Alerts.",
        stored,
        "Mine",
    )


def _roles_of_one() -> Thing:
    viewer, planner, agent = (
        roles.create(name=name, permissions=[permission])
        for name, permission in (
            ("Viewer", Permission.VIEW_DESTINATIONS),
            ("Planner", Permission.VIEW_AUDIENCES),
            ("Agent", Permission.VIEW_PROFILES),
        )
    )
    person = factories.UserFactory(is_superuser=False)
    person.groups.add(viewer)
    return Thing(
        reverse("connections:person-roles", args=[person.pk]),
        {"roles": [str(viewer.pk), str(planner.pk)]},
        {"roles": [str(viewer.pk), str(agent.pk)]},
        "now they are “Planner”, “Viewer”.",
        lambda: set(person.groups.values_list("name", flat=True)),
        {"Viewer", "Agent"},
    )


def _own_settings() -> Thing:
    """The same person in two tabs; her browser is that of `signed_in`."""
    return Thing(
        reverse("connections:settings"),
        {"username": "ann", "email": "ann@example.org", "time_zone": "Asia/Tokyo"},
        {"username": "ann", "email": "ann@example.org", "time_zone": "America/New_York"},
        "now it is “Asia/Tokyo”.",
        lambda: list(Person.objects.values_list("time_zone", flat=True)),
        ["America/New_York"],
    )


def _labels() -> Thing:
    attribute = factories.LabeledAttributeFactory(labels=["C1"])

    def stored() -> Any:
        attribute.refresh_from_db()
        return attribute.labels

    return Thing(
        reverse("activations:labels-edit", args=[attribute.pk]),
        {"labels": ["C2", "C3"]},
        {"labels": ["S1"]},
        "now they are C2, C3.",
        stored,
        ["S1"],
    )


def _policy() -> Thing:
    policy = factories.PolicyFactory(name="Old")
    kept = {"description": "", "label_match": "any", "labels": ["C2"]}

    def stored() -> Any:
        policy.refresh_from_db()
        return policy.name, policy.marketing_actions

    return Thing(
        reverse("activations:policy-edit", args=[policy.uuid]),
        {**kept, "name": "Old", "marketing_actions": ["analytics", "data-science"]},
        {**kept, "name": "Mine", "marketing_actions": ["analytics"]},
        "now it is “Analytics, Data Science”.",
        stored,
        ("Mine", ["analytics"]),
    )


def _consent_policy() -> Thing:
    # Of one that is enabled, saving is asked for first.
    policy = factories.ConsentPolicyFactory(name="Old", status=PolicyStatus.DRAFT)
    kept = {
        "name": "Old",
        "description": "",
        "label_match": "any",
        "marketing_actions": ["export-to-third-party"],
        "path": policy.path,
    }

    def stored() -> Any:
        policy.refresh_from_db()
        return policy.accepted

    return Thing(
        reverse("activations:consent-policy-edit", args=[policy.uuid]),
        {**kept, "accepted": "y, VI"},
        {**kept, "accepted": "p"},
        "now they are y, VI.",
        stored,
        ["p"],
    )


THINGS = {
    "audience": _audience,
    "threshold": _threshold,
    "triggers": _triggers,
    "role": _role,
    "roles of one": _roles_of_one,
    "own settings": _own_settings,
    "labels": _labels,
    "policy": _policy,
    "consent policy": _consent_policy,
}


@pytest.fixture(params=THINGS.values(), ids=THINGS)
def thing(request: pytest.FixtureRequest, db: None) -> Thing:
    made: Thing = request.param()
    return made


def test_the_second_is_told_and_what_was_typed_is_kept(signed_in: Client, thing: Thing) -> None:
    mark = opened.mark(signed_in, thing.url)
    signed_in.post(thing.url, thing.theirs | mark)
    theirs = thing.stored()

    answer = signed_in.post(thing.url, thing.mine | mark)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert MEANWHILE + thing.told in page
    assert thing.stored() == theirs
    for name, typed in thing.mine.items():
        value = answer.context["form"][name].value()
        assert list(value) == typed if isinstance(typed, list) else value == typed
    assert "<title>Error: " in page


def test_saving_again_replaces_what_the_other_wrote(signed_in: Client, thing: Thing) -> None:
    mark = opened.mark(signed_in, thing.url)
    signed_in.post(thing.url, thing.theirs | mark)
    told = signed_in.post(thing.url, thing.mine | mark)

    seen = told.context["form"]["seen"].value()

    assert signed_in.post(thing.url, thing.mine | {"seen": seen}).status_code == 302
    assert thing.stored() == thing.mine_stored


def test_typing_the_same_as_the_other_is_no_conflict(signed_in: Client, thing: Thing) -> None:
    mark = opened.mark(signed_in, thing.url)
    signed_in.post(thing.url, thing.theirs | mark)

    assert signed_in.post(thing.url, thing.theirs | mark).status_code == 302
