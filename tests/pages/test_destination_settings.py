"""Settings: how a destination is set up, and its name changed in place."""

from django.test import Client
from django.urls import reverse

from connections.activation_triggers import CODES, SEGMENTATION
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages.permitted import browser


def _url(destination: Destination) -> str:
    return reverse("activations:destination-settings", args=[destination.uuid])


def _page(client: Client, destination: Destination) -> str:
    answer = client.get(_url(destination))
    assert answer.status_code == 200
    return str(answer.content.decode())


def _seen(client: Client, destination: Destination) -> str:
    """The mark of what the page was opened with."""
    return str(client.get(_url(destination)).context["form"].initial["seen"])


def test_name_and_description_are_changed_in_place(
    signed_in: Client, destination: Destination
) -> None:
    told = {
        "name": "Sell, Nordics",
        "description": "For the Stockholm team",
        "seen": _seen(signed_in, destination),
        "activation_triggers": CODES,
    }

    page = signed_in.post(_url(destination), told, follow=True).content.decode()

    assert "Sell, Nordics was saved." in page
    destination.refresh_from_db()
    assert (destination.name, destination.description) == (told["name"], told["description"])


def test_a_name_that_is_taken_is_kept_in_the_box_and_nowhere_else(
    signed_in: Client, destination: Destination
) -> None:
    factories.DestinationFactory(name="Taken")

    page = signed_in.post(_url(destination), {"name": "Taken"}).content.decode()

    assert "Another destination has this name." in page
    assert 'value="Taken"' in page
    assert "<h1>Zendesk CRM</h1>" in page
    destination.refresh_from_db()
    assert destination.name == "Zendesk CRM"


def test_who_saves_second_is_told_and_loses_nothing(
    signed_in: Client, destination: Destination
) -> None:
    told = {"name": "Mine", "seen": _seen(signed_in, destination), "activation_triggers": CODES}
    Destination.objects.update(name="Theirs")

    page = signed_in.post(_url(destination), told).content.decode()

    assert "Somebody changed this meanwhile: now it is “Theirs”." in page
    assert 'value="Mine"' in page
    destination.refresh_from_db()
    assert destination.name == "Theirs"


def test_when_to_activate_is_changed_in_place_and_catches_up(
    signed_in: Client, destination: Destination
) -> None:
    factories.DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
    for triggers, jobs in (([SEGMENTATION], 0), (list(CODES), 1)):
        told = {"name": "Zendesk CRM", "seen": _seen(signed_in, destination)}
        page = signed_in.post(
            _url(destination), {**told, "activation_triggers": triggers}, follow=True
        ).content.decode()

        assert ("off: Attribute changes, Identity changes" in page) == (triggers == [SEGMENTATION])
        destination.refresh_from_db()
        assert destination.activation_triggers == triggers
        assert destination.backfills.count() == jobs


def test_the_mapping_is_shown_as_it_is_sent(signed_in: Client, destination: Destination) -> None:
    assert "Nothing is mapped" in _page(signed_in, destination)
    factories.map_mandatory(destination, first_name="person.name.firstName")

    page = _page(signed_in, destination)

    for words in ("IdentityMap: Email", "xdm: person.name.firstName", "xdm: first_name"):
        assert words in page
    assert reverse("activations:activate", args=[destination.uuid]) in page


def test_it_says_which_alerts_one_hears_of(signed_in: Client, destination: Destination) -> None:
    assert "You hear of nothing here." in _page(signed_in, destination)
    person = signed_in.get(_url(destination)).context["user"]
    factories.SubscriptionFactory(
        destination=destination,
        person=person,
        code="activation-skipped-rate-exceeded",
        has_email=True,
    )
    factories.SubscriptionFactory(destination=destination, code="destination-flow-run-delay")
    Destination.objects.update(alerts=["destination-flow-run-failure"])

    heard = signed_in.get(_url(destination)).context["heard"]

    assert (heard.own, heard.has_email) == (["Activation Skipped Rate Exceeded"], True)
    assert heard.everybody == ["Destination Flow Run Failure"]


def test_the_account_is_named_and_its_token_is_not(
    signed_in: Client, destination: Destination
) -> None:
    page = _page(signed_in, destination)
    assert "Acme Sell" in page
    assert "····cdef" in page
    assert factories.TOKEN not in page


def test_who_may_only_look_reads_and_is_refused_the_rest(destination: Destination) -> None:
    client, _ = browser(Permission.VIEW_DESTINATIONS)

    page = _page(client, destination)

    assert "Attribute changes, Segmentation changes, Identity changes" in page
    for absent in ("<textarea", "Delete", "Enter a new token", "Subscribe to alerts", "wizard"):
        assert absent not in page
    assert client.post(_url(destination), {"name": "Mine"}).status_code == 403


def test_a_draft_can_be_deleted_but_not_switched_on(signed_in: Client) -> None:
    draft = factories.DestinationFactory(name="", account=None, status="draft")
    page = _page(signed_in, draft)
    assert "Delete" in page
    assert 'role="switch"' not in page


def test_without_a_mandatory_source_a_profile_is_said_to_be_excluded(
    signed_in: Client, destination: Destination
) -> None:
    factories.FieldMappingFactory(destination=destination)
    factories.FieldMappingFactory(
        destination=destination, source="person.name.firstName", target="first_name"
    )

    rows = signed_in.get(_url(destination)).context["mapping"].rows

    told = {row.target: row.when_empty for row in rows}
    assert told == {
        "xdm: last_name": "The profile is excluded",
        "xdm: first_name": "Keep what Zendesk has",
    }
