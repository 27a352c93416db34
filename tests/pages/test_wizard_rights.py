"""The activation wizard of people who may not map, or may not export identities."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.models import ActivationDraft, FieldMapping
from activations.services import drafts
from connections.activation_triggers import CODES
from connections.models import Destination
from connections.permissions import TO_ACTIVATE, Permission
from tests import factories

ACTIVATES = (*TO_ACTIVATE, Permission.ACTIVATE_DESTINATIONS)


@pytest.fixture
def mapped(destination: Destination) -> Destination:
    """Sends one audience already."""
    factories.map_mandatory(destination)
    factories.ActivationFactory(destination=destination, mapping_id="VIP audience")
    return destination


def _open(client: Client, destination: Destination, *permissions: Permission) -> ActivationDraft:
    user: User = factories.member(*permissions)
    client.force_login(user)
    return drafts.open_for(destination=destination, person=user)


def _url(draft: ActivationDraft, step: str) -> str:
    return reverse(f"activations:draft-{step}", args=[draft.uuid])


def _finish(client: Client, draft: ActivationDraft) -> str:
    return client.post(_url(draft, "finish"), follow=True).content.decode()


def test_without_mapping_the_step_is_hidden_and_refused(
    client: Client, mapped: Destination
) -> None:
    draft = _open(client, mapped, *TO_ACTIVATE, Permission.VIEW_IDENTITY_GRAPH)
    page = client.get(_url(draft, "audiences"))
    assert [step.label for step in page.context["steps"]] == [
        "Select audiences",
        "Schedule audience export",
        "Review",
    ]
    assert 'value="schedule">Next' in page.content.decode()
    assert client.get(_url(draft, "mapping")).status_code == 403
    assert client.post(_url(draft, "mapping"), {"source-0": "xdm: a"}).status_code == 403
    sent = client.post(_url(draft, "audiences"), {"version": draft.version, "go": "mapping"})
    assert sent.status_code == 200


def test_without_mapping_audiences_are_added_and_the_mapping_stays(
    client: Client, mapped: Destination
) -> None:
    before = list(FieldMapping.objects.values_list("source", "target"))
    draft = _open(client, mapped, *TO_ACTIVATE, Permission.VIEW_IDENTITY_GRAPH)
    assert "sends what you chose" in _finish(client, draft)
    assert list(FieldMapping.objects.values_list("source", "target")) == before


def test_a_mapping_drafted_before_the_right_was_lost_is_not_made_real(
    client: Client, mapped: Destination
) -> None:
    draft = _open(client, mapped, *TO_ACTIVATE, Permission.VIEW_IDENTITY_GRAPH)
    draft.mappings[-1]["when_empty"] = "clear"
    draft.save()
    page = _finish(client, draft)
    assert "Nothing was changed." in page
    assert "Activate Destinations" in page
    assert not FieldMapping.objects.filter(when_empty="clear").exists()


def test_without_mapping_nobody_makes_the_first_mapping(
    client: Client, destination: Destination
) -> None:
    draft = _open(client, destination, *TO_ACTIVATE, Permission.VIEW_IDENTITY_GRAPH)
    assert "has no mapping yet" in _finish(client, draft)


def test_without_the_identity_graph_the_wizard_says_so_and_finish_is_refused(
    client: Client, mapped: Destination
) -> None:
    draft = _open(client, mapped, *ACTIVATES)
    for step in ("audiences", "mapping", "schedule", "review"):
        assert "View Identity Graph" in client.get(_url(draft, step)).content.decode()
    assert not client.get(_url(draft, "review")).context["can_finish"]
    assert "View Identity Graph" in _finish(client, draft)
    draft.refresh_from_db()
    assert draft.finished_at is None


def test_without_the_identity_graph_no_namespace_is_offered(
    client: Client, mapped: Destination
) -> None:
    draft = _open(client, mapped, *ACTIVATES)
    page = client.get(_url(draft, "mapping-sources")).content.decode()
    assert "xdm: person.name.lastName" in page
    assert "IdentityMap" not in page


def test_without_the_identity_graph_no_identity_is_an_example(
    client: Client, mapped: Destination
) -> None:
    factories.ProfileFactory(email="secret@example.org", attributes={"acme": "shown"})
    for more, is_shown in (((), False), ((Permission.VIEW_IDENTITY_GRAPH,), True)):
        draft = _open(client, mapped, *ACTIVATES, *more)
        field = {"field": "IdentityMap: Email"}
        page = client.get(_url(draft, "mapping-source"), field).content.decode()
        assert ("secret@example.org" in page) is is_shown
    page = client.get(_url(draft, "mapping-source"), {"field": "xdm: acme"}).content.decode()
    assert "shown" in page


@pytest.mark.parametrize(
    "window", ["mapping-sources", "mapping-source", "mapping-targets", "mapping-target"]
)
def test_without_view_profiles_no_window_with_examples_opens(
    client: Client, mapped: Destination, window: str
) -> None:
    draft = _open(client, mapped, *ACTIVATES)
    blind = [one for one in ACTIVATES if one != Permission.VIEW_PROFILES]
    client.force_login(factories.member(*blind))
    assert client.get(_url(draft, window), {"field": "xdm: acme"}).status_code == 403


def test_with_both_the_wizard_is_whole(client: Client, mapped: Destination) -> None:
    draft = _open(client, mapped, *ACTIVATES, Permission.VIEW_IDENTITY_GRAPH)
    assert len(client.get(_url(draft, "mapping")).context["steps"]) == 4
    assert "sends what you chose" in _finish(client, draft)


def test_somebody_elses_draft_is_not_found(client: Client, mapped: Destination) -> None:
    other = drafts.open_for(destination=mapped, person=factories.UserFactory())
    client.force_login(factories.member(*ACTIVATES))
    assert client.get(_url(other, "audiences")).status_code == 404


def test_who_sets_up_but_may_not_activate_ends_on_the_destination(
    client: Client, destination: Destination
) -> None:
    client.force_login(factories.member(Permission.MANAGE_DESTINATIONS))
    draft = factories.DestinationFactory(name="", account=destination.account, status="draft")
    url = reverse("connections:details", args=[draft.uuid])
    answer = client.post(url, {"name": "New", "activation_triggers": CODES})
    assert answer["Location"] == reverse("activations:destination-detail", args=[draft.uuid])
