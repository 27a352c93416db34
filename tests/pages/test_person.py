"""Looking one person up, and what the page tells about them."""

import pytest
from django.test import Client
from django.urls import reverse

from activations.models import Profile
from connections.activation_triggers import SEGMENTATION
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages.conftest import CountQueries

PEOPLE = "/profiles/"


def _address(client: Client, email: str) -> str:
    return str(client.post(PEOPLE, {"email": email})["Location"])


@pytest.fixture
def ann(destination: Destination) -> Profile:
    """In one audience, and failed at the destination."""
    profile: Profile = factories.ProfileFactory(
        email="ann@example.org",
        attributes={"person": {"name": {"firstName": "Ann", "lastName": "Ek"}}, "age": 7},
    )
    audience = factories.ActivationFactory(destination=destination).audience
    factories.MembershipFactory(profile=profile, audience=audience)
    delivery = factories.DeliveryFactory(
        destination=destination, profile=profile, state="failed", code="zendesk-422", contact_id=5
    )
    factories.AttemptFactory(
        delivery=delivery, outcome="rejected", http_status=422, request_id="req-1"
    )
    factories.map_mandatory(destination)
    return profile


def test_a_person_is_found_however_the_address_is_written(signed_in: Client, ann: Profile) -> None:
    address = _address(signed_in, "  Ann@Example.ORG ")
    assert "ann" not in address.lower()
    page = signed_in.get(address).content.decode()
    for words in ("Ann Ek", "ann@example.org", "Zendesk refused a value", "req-1", "integer"):
        assert words in page


def test_changes_that_are_not_sent_by_themselves_are_said_beside_the_destination(
    signed_in: Client, ann: Profile
) -> None:
    address = _address(signed_in, ann.email)
    assert "Not sent by themselves" not in signed_in.get(address).content.decode()
    Destination.objects.update(activation_triggers=[SEGMENTATION])

    page = signed_in.get(address).content.decode()

    assert "Not sent by themselves: Attribute changes, Identity changes." in page


def test_nobody_is_said_so_and_the_address_stays_typed(signed_in: Client, db: None) -> None:
    page = signed_in.post(PEOPLE, {"email": "bo@example.org"}).content.decode()
    assert "No profile has this address" in page
    assert 'value="bo@example.org"' in page


def test_a_made_up_reference_finds_nobody(signed_in: Client, ann: Profile) -> None:
    for reference in (f"{ann.pk}", f"{ann.pk}~x", "ann@example.org", "é~é"):
        assert signed_in.get(f"{PEOPLE}{reference}/").status_code == 404


def test_more_audiences_and_destinations_take_no_more_queries(
    signed_in: Client, count_queries: CountQueries, ann: Profile
) -> None:
    address = _address(signed_in, ann.email)
    before = count_queries(address)
    for _ in range(5):
        factories.MembershipFactory(profile=ann)
        factories.AttemptFactory(delivery=factories.DeliveryFactory(profile=ann))
    assert count_queries(address) == before <= 8


def test_what_would_be_sent_is_rendered_with_a_masked_token(
    signed_in: Client, ann: Profile, destination: Destination
) -> None:
    address = _address(signed_in, ann.email)
    page = signed_in.get(f"{address}next/{destination.uuid}/").content.decode()
    assert "<strong>PUT</strong>" in page
    assert "/v2/contacts/5" in page
    assert "&quot;last_name&quot;: &quot;Ek&quot;" in page
    assert factories.TOKEN not in page


def test_why_nothing_would_be_sent_is_said(signed_in: Client, destination: Destination) -> None:
    factories.ProfileFactory(email="bo@example.org")
    address = _address(signed_in, "bo@example.org")
    page = signed_in.get(f"{address}next/{destination.uuid}/").content.decode()
    assert "in none of the audiences" in page


def test_identities_are_shown_to_those_who_may_see_them(client: Client, ann: Profile) -> None:
    client.force_login(factories.member(Permission.VIEW_PROFILES))
    page = client.get(_address(client, ann.email)).content.decode()
    assert "Identities" not in page
    assert "What would be sent" not in page


def test_hostile_attributes_are_shown_as_text(signed_in: Client, db: None) -> None:
    odd = {"<b>": "<script>", "a": {"b": [1, None, {"c": True}]}, "long": "x" * 5_000, "e": {}}
    factories.ProfileFactory(email="bo@example.org", attributes=odd)
    page = signed_in.get(_address(signed_in, "bo@example.org")).content.decode()
    assert "&lt;script&gt;" in page
    assert "x" * 1_001 not in page
    assert "array of 3" in page


def test_without_the_permission_nobody_is_looked_up(client: Client, db: None) -> None:
    client.force_login(factories.member())
    assert client.post(PEOPLE, {"email": "ann@example.org"}).status_code == 403
    assert client.get(reverse("activations:person", args=["1~x"])).status_code == 403
