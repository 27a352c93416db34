"""Browse: the list of destinations and what is done to a whole destination."""

import pytest
from django.test import Client
from django.urls import reverse

from connections.models import Destination
from tests import factories
from tests.pages.conftest import CountQueries

BROWSE = "/destinations/browse/"


def _url(action: str, destination: Destination) -> str:
    app = "activations" if action == "delete" else "connections"
    return reverse(f"{app}:{action}", args=[destination.uuid])


def _post(client: Client, action: str, destination: Destination, **typed: str) -> str:
    url = _url(action, destination)
    return client.post(url, typed, follow=True).content.decode()


def _names(client: Client, **query: str) -> list[str]:
    return [row.destination.name for row in client.get(BROWSE, query).context["rows"]]


def test_nothing_yet_leads_to_the_catalog(signed_in: Client) -> None:
    assert "No destination yet" in signed_in.get(BROWSE).content.decode()


def test_thirty_destinations_take_as_many_queries_as_one(count_queries: CountQueries) -> None:
    def add(count: int) -> None:
        for destination in factories.DestinationFactory.create_batch(count):
            factories.ActivationFactory(destination=destination)
            factories.DataflowRunFactory(destination=destination)
            factories.DeliveryFactory(destination=destination)

    add(1)
    one = count_queries(BROWSE)
    add(29)
    assert count_queries(BROWSE) == one


def test_a_hostile_name_is_shown_as_text(signed_in: Client) -> None:
    factories.DestinationFactory(name="<script>alert(1)</script>")
    page = signed_in.get(BROWSE).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_search_looks_at_name_description_and_account(signed_in: Client) -> None:
    factories.DestinationFactory(name="North", description="For the fjords")
    factories.DestinationFactory(name="South", account__name="Desert account")
    assert _names(signed_in, q="fjords") == ["North"]
    assert _names(signed_in, q="desert") == ["South"]
    assert _names(signed_in, q="\x00") == ["North", "South"]


@pytest.mark.parametrize("sort", ["name", "run", "audiences", "created", "status", "nonsense"])
def test_every_column_sorts_both_ways(signed_in: Client, sort: str) -> None:
    factories.DestinationFactory.create_batch(3)
    assert len(_names(signed_in, sort=sort)) == 3
    assert len(_names(signed_in, sort=f"-{sort}")) == 3


def test_the_second_page_keeps_words_and_sorting(signed_in: Client) -> None:
    factories.DestinationFactory.create_batch(30)
    page = signed_in.get(BROWSE, {"q": "Destination", "sort": "-name"}).content.decode()
    assert "?q=Destination&amp;sort=-name&amp;page=2" in page
    assert len(_names(signed_in, page="2")) == 5
    assert len(_names(signed_in, page="nonsense")) == 25


def test_a_draft_is_continued_in_the_connect_wizard(signed_in: Client) -> None:
    draft = factories.DestinationFactory(name="", account=None, status="draft")
    page = signed_in.get(BROWSE).content.decode()
    assert "Continue" in page
    assert reverse("connections:connect", args=[draft.uuid]) in page


def test_a_rejected_account_shows_as_error(signed_in: Client) -> None:
    factories.DestinationFactory(account__status="rejected")
    assert signed_in.get(BROWSE).context["rows"][0].status == "error"


def test_the_switch_says_what_the_person_wants(signed_in: Client, destination: Destination) -> None:
    assert "Zendesk CRM is disabled." in _post(signed_in, "toggle", destination, is_on="off")
    # A second tab that still shows "enabled" and asks for the same does no harm.
    assert "Zendesk CRM is disabled." in _post(signed_in, "toggle", destination, is_on="off")
    assert "Zendesk CRM is enabled." in _post(signed_in, "toggle", destination, is_on="on")


def test_a_draft_cannot_be_switched_on(signed_in: Client) -> None:
    draft = factories.DestinationFactory(name="", account=None, status="draft")
    _post(signed_in, "toggle", draft, is_on="on")
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_deleting_says_what_stays_in_zendesk(signed_in: Client, destination: Destination) -> None:
    factories.DeliveryFactory(destination=destination)
    page = _post(signed_in, "delete", destination)
    assert "Contacts and fields in Zendesk stay as they are." in page
    assert not Destination.objects.exists()


def test_changes_take_a_post(signed_in: Client, destination: Destination) -> None:
    for name in ("toggle", "delete", "resume"):
        assert signed_in.get(_url(name, destination)).status_code == 405


def test_renaming_refuses_a_taken_name(signed_in: Client, destination: Destination) -> None:
    factories.DestinationFactory(name="Taken")
    assert "has this name" in _post(signed_in, "rename", destination, name="Taken")
    assert "were saved" in _post(signed_in, "rename", destination, name="Other")
    destination.refresh_from_db()
    assert destination.name == "Other"
