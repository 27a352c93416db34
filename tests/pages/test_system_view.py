"""The system view: who is drawn, what a selection shows, and that it stays readable."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.queries.system import MOST_AUDIENCES, MOST_DESTINATIONS
from connections.models import Destination
from tests import factories
from tests.pages.conftest import CountQueries

URL = "/destinations/system/"


@pytest.fixture
def user(db: None) -> User:
    """Somebody who may do everything."""
    return factories.UserFactory(is_superuser=True)


def test_without_destinations_it_leads_to_the_catalog(signed_in: Client) -> None:
    assert "Nothing to draw yet" in signed_in.get(URL).content.decode()


def test_names_are_cut_in_the_picture_and_whole_in_the_title(
    signed_in: Client, destination: Destination
) -> None:
    name = "<b>" + "long " * 40
    factories.ActivationFactory(destination=destination, audience__name=name)
    page = signed_in.get(URL).content.decode()
    assert "<b>long" not in page
    assert f"<title>&lt;b&gt;{'long ' * 40}</title>" in page


def test_a_selected_destination_leads_to_its_dataflows(
    signed_in: Client, destination: Destination
) -> None:
    factories.ActivationFactory(destination=destination)
    answer = signed_in.get(URL, {"node": f"destination:{destination.uuid}"})
    page = answer.content.decode()
    assert "View dataflows" in page
    assert reverse("activations:destination-detail", args=[destination.uuid]) in page
    assert all(link.is_lit for link in answer.context["system"].picture.links)


@pytest.mark.parametrize("node", ["more", "audience:", "<b>", "destination:no-uuid"])
def test_a_selection_of_nothing_selects_nothing(
    signed_in: Client, destination: Destination, node: str
) -> None:
    assert signed_in.get(URL, {"node": node}).context["system"].selected is None


def test_what_is_drawn_is_also_told_in_words(signed_in: Client, destination: Destination) -> None:
    factories.ActivationFactory(destination=destination, audience__name="VIP customers")
    page = signed_in.get(URL).content.decode()
    assert f"Sent to:</span> <bdi>{destination.name}</bdi>" in page
    assert "Audiences:</span> <bdi>VIP customers</bdi>" in page


def test_one_destination_is_drawn_alone(signed_in: Client, destination: Destination) -> None:
    factories.DestinationFactory()
    asked = {"destination": str(destination.uuid)}
    rows = signed_in.get(URL, asked).context["system"].rows
    assert [row.destination for row in rows] == [destination]


def test_many_audiences_stand_together(signed_in: Client, destination: Destination) -> None:
    factories.ActivationFactory.create_batch(MOST_AUDIENCES + 30, destination=destination)
    answer = signed_in.get(URL)
    assert answer.context["system"].hidden_audiences == 30
    assert "and 30 more audiences" in answer.content.decode()


def test_the_audiences_with_most_members_are_drawn(
    signed_in: Client, destination: Destination
) -> None:
    for number in range(MOST_AUDIENCES + 1):
        audience = factories.AudienceFactory(name=f"Audience {number:02}")
        factories.ActivationFactory(destination=destination, audience=audience)
        factories.AudienceDayFactory(audience=audience, realized=number, existing=1000)
    uncounted = factories.AudienceFactory(name="Never counted")
    factories.ActivationFactory(destination=destination, audience=uncounted)
    answer = signed_in.get(URL)
    names = [
        placed.node.name
        for placed in answer.context["system"].picture.nodes
        if placed.node.key.startswith("audience:")
    ]
    assert names == [f"Audience {number:02}" for number in range(MOST_AUDIENCES, 0, -1)]
    page = answer.content.decode()
    assert "1,012 members · to 1 destination" in page
    assert "Drawn are the 12 audiences with most members" in page


def test_the_newest_count_of_members_is_taken(signed_in: Client, destination: Destination) -> None:
    audience = factories.AudienceFactory()
    factories.ActivationFactory(destination=destination, audience=audience)
    for day, realized in ((1, 7), (2, 5)):
        on = factories.NOON.date().replace(day=day)
        factories.AudienceDayFactory(audience=audience, on=on, realized=realized, existing=0)
    assert "5 members" in signed_in.get(URL).content.decode()


def test_an_audience_tells_all_its_destinations_not_only_those_drawn(
    signed_in: Client, destination: Destination
) -> None:
    activation = factories.ActivationFactory(destination=destination)
    factories.ActivationFactory(audience=activation.audience)
    page = signed_in.get(URL, {"destination": str(destination.uuid)}).content.decode()
    assert "to 2 destinations" in page


def test_what_is_left_out_is_said_and_found_by_a_search(signed_in: Client) -> None:
    account = factories.AccountFactory(name="Acme Sell")
    for number in range(MOST_DESTINATIONS + 3):
        factories.DestinationFactory(name=f"Destination {number:02}", account=account)
    page = signed_in.get(URL).content.decode()
    assert "Drawn are the first 25 destinations by name; 3 more are not" in page
    rows = signed_in.get(URL, {"q": "destination 27"}).context["system"].rows
    assert [row.destination.name for row in rows] == ["Destination 27"]
    assert "No destination fits" in signed_in.get(URL, {"q": "nothing"}).content.decode()


def test_every_selection_leads_to_its_dataflows(
    signed_in: Client, destination: Destination
) -> None:
    activation = factories.ActivationFactory(destination=destination)
    factories.DestinationFactory(name="Another")
    browse = reverse("activations:browse")
    account = destination.account
    assert account is not None
    for kind, uuid in (("audience", activation.audience.uuid), ("account", account.uuid)):
        page = signed_in.get(URL, {"node": f"{kind}:{uuid}"}).content.decode()
        assert f'href="{browse}?{kind}={uuid}">View dataflows' in page
        rows = signed_in.get(browse, {kind: str(uuid)}).context["rows"]
        assert [row.destination.name for row in rows] == ["Zendesk CRM"]


def test_a_status_has_a_word_and_a_shape(signed_in: Client) -> None:
    factories.DestinationFactory(account__status="rejected")
    page = signed_in.get(URL).content.decode()
    assert "Error · 0 audiences" in page
    assert "Rejected" in page


def test_without_the_permission_it_is_refused(db: None, client: Client) -> None:
    client.force_login(factories.member())
    assert client.get(URL).status_code == 403


def test_thirty_of_everything_take_as_many_queries_as_one(
    count_queries: CountQueries, destination: Destination
) -> None:
    factories.ActivationFactory(destination=destination)
    one = count_queries(URL)
    for _ in range(30):
        factories.ActivationFactory(destination=destination)
        factories.ActivationFactory()
    assert count_queries(URL) == one <= 9
