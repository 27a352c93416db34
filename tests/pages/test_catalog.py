"""The catalog of platforms."""

from django.test import Client
from django.urls import reverse

from connections.models import Destination, DestinationStatus
from connections.queries.destinations import MOST_RECOMMENDED
from tests import factories
from tests.pages.conftest import CountQueries

CATALOG = "/destinations/catalog/"


def test_zendesk_offers_set_up_while_there_is_no_destination(signed_in: Client) -> None:
    page = signed_in.get(CATALOG).content.decode()
    assert "Set up" in page
    assert "Streaming" in page
    assert "CRM" in page


def test_zendesk_offers_activate_audiences_once_a_destination_exists(signed_in: Client) -> None:
    factories.DestinationFactory()
    page = signed_in.get(CATALOG).content.decode()
    assert "Set up" not in page
    assert reverse("activations:choose") in page


def test_a_search_that_finds_nothing_says_so_and_keeps_the_words(signed_in: Client) -> None:
    page = signed_in.get(CATALOG, {"q": "<script>"}).content.decode()
    assert "No destination fits" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_the_category_filter_finds_crm(signed_in: Client) -> None:
    found = signed_in.get(CATALOG, {"category": ["Ads", "CRM"]})
    assert [one.code for one in found.context["platforms"]] == ["zendesk"]
    assert 'value="CRM" checked' in found.content.decode()
    assert "No destination fits" in signed_in.get(CATALOG, {"category": "Ads"}).content.decode()


def test_search_category_and_my_destinations_stay_in_the_address(signed_in: Client) -> None:
    asked = {"q": "zen", "category": "CRM", "show": "mine"}
    page = signed_in.get(CATALOG, asked).content.decode()
    assert 'name="show" value="mine"' in page
    assert 'href="?q=zen&amp;category=CRM"' in page


def test_a_card_opens_its_rail(signed_in: Client) -> None:
    rail = signed_in.get(reverse("connections:catalog-rail", args=["zendesk"])).content.decode()
    for words in ("CRM", "Streaming", "Profile-based", "Set up", "View documentation"):
        assert words in rail
    assert signed_in.get(CATALOG).content.decode().count("data-rail=") == 0
    assert signed_in.get(CATALOG, {"rail": "zendesk"}).content.decode().count("data-rail=") == 1
    assert signed_in.get(reverse("connections:catalog-rail", args=["nothing"])).status_code == 404


def test_a_card_leads_to_accounts_dataflows_and_documentation(signed_in: Client) -> None:
    page = signed_in.get(CATALOG).content.decode()
    documentation = reverse("connections:documentation", args=["zendesk"])
    for url in (reverse("connections:accounts"), reverse("activations:browse"), documentation):
        assert f'class="menu-item" href="{url}"' in page
    text = signed_in.get(documentation).content.decode()
    assert "contacts and their fields stay as they are" in text
    assert signed_in.get(documentation.replace("zendesk", "nothing")).status_code == 404


def test_more_destinations_than_recommended_are_said_but_not_forbidden(
    signed_in: Client,
) -> None:
    account = factories.AccountFactory()
    one_less = [
        Destination(name=f"One of many {n}", account=account, status="enabled")
        for n in range(MOST_RECOMMENDED - 1)
    ]
    Destination.objects.bulk_create(one_less)
    factories.DestinationFactory(name="", account=None, status="draft")
    assert "soft limit" not in signed_in.get(CATALOG).content.decode()
    factories.DestinationFactory(account=account)
    assert "100 destinations: 100 are recommended" in signed_in.get(CATALOG).content.decode()
    page = signed_in.post(reverse("connections:new"), follow=True).content.decode()
    assert "soft limit" in page
    assert "Connect to destination" in page


def test_my_destinations_is_empty_until_one_is_set_up(signed_in: Client) -> None:
    page = signed_in.get(CATALOG, {"show": "mine"}).content.decode()
    assert "You have no destination yet" in page


def test_set_up_makes_a_draft_and_opens_the_wizard(signed_in: Client) -> None:
    answer = signed_in.post(reverse("connections:new"))
    draft = Destination.objects.get()
    assert draft.status == DestinationStatus.DRAFT
    assert answer["Location"] == reverse("connections:connect", args=[draft.uuid])
    assert signed_in.get(reverse("connections:new")).status_code == 405


def test_choosing_lists_the_destinations_and_a_new_one(signed_in: Client) -> None:
    factories.DestinationFactory(name="Zendesk CRM")
    page = signed_in.get(reverse("activations:choose")).content.decode()
    assert "Zendesk CRM" in page
    assert "Configure new destination" in page


def test_choosing_among_very_many_is_paged_and_searched(
    signed_in: Client, count_queries: CountQueries
) -> None:
    choose = reverse("activations:choose")
    factories.DestinationFactory(name="Zendesk CRM")
    one = count_queries(choose)
    factories.DestinationFactory.create_batch(40)
    factories.DestinationFactory(name="", account=None, status="draft")
    assert count_queries(choose) == one
    found = signed_in.get(choose, {"q": "crm"}).context["page"]
    assert [row.name for row in found] == ["Zendesk CRM"]
    assert "No destination fits" in signed_in.get(choose, {"q": "nothing"}).content.decode()
