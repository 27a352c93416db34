"""Browse: the list of destinations and what is done to a whole destination."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activations.queries.browse_filters import MOST_ACCOUNTS
from connections.models import Account, Destination
from tests import factories
from tests.pages.conftest import CountQueries

BROWSE = "/destinations/browse/"


def _url(action: str, destination: Destination) -> str:
    app = "activations" if action == "delete" else "connections"
    return reverse(f"{app}:{action}", args=[destination.uuid])


def _post(client: Client, action: str, destination: Destination, **typed: str) -> str:
    url = _url(action, destination)
    return client.post(url, typed, follow=True).content.decode()


def _names(client: Client, **query: str | list[str]) -> list[str]:
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


SORTS = ("name", "run", "username", "audiences", "created", "status", "nonsense")


@pytest.mark.parametrize("sort", SORTS)
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


def test_a_search_finds_the_name_of_the_zendesk_user(signed_in: Client) -> None:
    factories.DestinationFactory(name="North", account__zendesk_user_name="Integration user")
    factories.DestinationFactory(name="South")
    assert _names(signed_in, q="integration") == ["North"]


def test_several_statuses_are_shown_together(signed_in: Client) -> None:
    for status in ("enabled", "disabled", "error"):
        factories.DestinationFactory(name=status, status=status)
    factories.DestinationFactory(name="held", account__status="rejected")
    factories.DestinationFactory(name="", account=None, status="draft")
    assert _names(signed_in, status=["disabled", "error"]) == ["disabled", "error", "held"]
    assert _names(signed_in, status=["enabled"]) == ["enabled"]
    assert _names(signed_in, status=["draft"]) == [""]


def test_filters_of_different_kinds_narrow_each_other(signed_in: Client) -> None:
    account = factories.AccountFactory(name="Acme Sell")
    factories.DestinationFactory(name="Both", account=account, status="disabled")
    factories.DestinationFactory(name="Other status", account=account)
    factories.DestinationFactory(name="Other account", status="disabled")
    asked = {"account": [str(account.uuid)], "status": ["disabled"], "platform": ["zendesk-sell"]}
    assert _names(signed_in, **asked) == ["Both"]
    page = signed_in.get(BROWSE, asked).content.decode()
    assert page.count(" checked>") == 3
    assert 'class="badge">3<' in page
    # Sorting keeps all of them.
    assert f"account={account.uuid}&amp;status=disabled&amp;sort=-name" in page


@pytest.mark.parametrize("name", ["platform", "account", "status"])
@pytest.mark.parametrize("value", ["nonsense", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_a_filter_nothing_fits_shows_nothing_and_the_way_back(
    signed_in: Client, destination: Destination, name: str, value: str
) -> None:
    expected = ["Zendesk CRM"] if value == "\x00" else []
    answer = signed_in.get(BROWSE, {name: value})
    assert [row.destination.name for row in answer.context["rows"]] == expected
    if not expected:
        assert "Show all destinations" in answer.content.decode()


def test_the_panel_lists_so_many_accounts_and_keeps_one_that_a_link_chose(
    signed_in: Client,
) -> None:
    for number in range(MOST_ACCOUNTS + 2):
        factories.DestinationFactory(account__name=f"Account {number:03}")
    last = Account.objects.order_by("-name")[0]
    group = signed_in.get(BROWSE, {"account": str(last.uuid)}).context["groups"][1]
    assert (len(group.options), group.hidden) == (MOST_ACCOUNTS + 1, 2)
    assert [option.label for option in group.options if option.is_chosen] == [last.name]


def test_a_row_opens_in_the_rail(signed_in: Client, destination: Destination) -> None:
    factories.ActivationFactory(destination=destination)
    destination.description = "<b>Contacts</b>"
    destination.save()
    page = signed_in.get(reverse("activations:browse-rail", args=[destination.uuid]))
    text = page.content.decode()
    assert str(destination.uuid) in text
    assert "&lt;b&gt;Contacts" in text
    assert page.context["row"].audience_count == 1
    assert reverse("activations:activate", args=[destination.uuid]) in text


def test_the_address_remembers_which_row_is_open(
    signed_in: Client, destination: Destination
) -> None:
    factories.DestinationFactory(name="Another")
    answer = signed_in.get(BROWSE, {"rail": str(destination.uuid)})
    assert answer.context["selected"].destination == destination
    assert answer.content.decode().count("data-rail=") == 1
    assert signed_in.get(BROWSE, {"rail": "nonsense"}).context["selected"] is None


def test_thousands_of_destinations_are_paged(
    signed_in: Client, count_queries: CountQueries
) -> None:
    account = factories.AccountFactory()
    Destination.objects.bulk_create(
        Destination(name=f"Destination {n:04}", account=account, status="enabled")
        for n in range(1000)
    )
    assert count_queries(f"{BROWSE}?page=40&sort=-run") <= 8
    answer = signed_in.get(BROWSE)
    assert len(answer.content) < 200_000


def test_the_activation_trigger_is_named_where_not_every_change_is_one(signed_in: Client) -> None:
    factories.DestinationFactory(name="All")
    factories.DestinationFactory(
        name="Some", activation_triggers=["segmentation-changes", "identity-changes"]
    )
    page = signed_in.get(BROWSE).content.decode()
    assert [
        cell.split("<")[0]
        for cell in page.split('<td data-label="Activation trigger" class="yields">')[1:]
    ] == [
        "Any",
        "Segmentation changes, Identity changes",
    ]


def test_the_last_run_is_processing_while_its_hour_lasts(signed_in: Client) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for name, started_at in (("Live", hour), ("Over", hour - timedelta(hours=1))):
        factories.DataflowRunFactory(destination__name=name, started_at=started_at)
    rows = signed_in.get(BROWSE).context["rows"]
    assert [row.run_status for row in rows] == ["processing", "completed"]
