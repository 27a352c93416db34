"""The system view: who is drawn, what a selection shows, and that it stays readable."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from activations.queries.system import MOST_AUDIENCES
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
    assert count_queries(URL) == one <= 8
