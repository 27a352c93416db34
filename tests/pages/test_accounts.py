"""The Accounts tab."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connections.models import Account
from connections.zendesk.sandbox import RunningSandbox
from tests import factories
from tests.pages.conftest import CountQueries

ACCOUNTS = "/destinations/accounts/"


def _post(client: Client, name: str, account: Account, **typed: str) -> str:
    url = reverse(f"connections:account-{name}", args=[account.uuid])
    return client.post(url, typed, follow=True).content.decode()


def test_the_list_shows_the_last_four_characters_of_a_token_only(signed_in: Client) -> None:
    factories.AccountFactory(name="Acme <b>Sell</b>")
    page = signed_in.get(ACCOUNTS).content.decode()
    assert "····cdef" in page
    assert factories.TOKEN not in page
    assert "Acme &lt;b&gt;Sell&lt;/b&gt;" in page


def test_thirty_accounts_take_as_many_queries_as_one(count_queries: CountQueries) -> None:
    factories.DestinationFactory()
    one = count_queries(ACCOUNTS)
    factories.DestinationFactory.create_batch(29)
    assert count_queries(ACCOUNTS) == one


def test_check_now_asks_zendesk(signed_in: Client, sandbox: RunningSandbox) -> None:
    account = factories.AccountFactory(name="Acme Sell", status="unchecked")
    assert "Acme Sell is connected." in _post(signed_in, "check", account)
    account.refresh_from_db()
    assert account.status == "connected"


def test_check_now_says_when_the_token_is_refused(
    signed_in: Client, sandbox: RunningSandbox
) -> None:
    account = factories.AccountFactory(token="a-revoked-token")
    assert "Zendesk does not accept this token" in _post(signed_in, "check", account)


def test_a_new_token_replaces_the_old_one_once_zendesk_accepts_it(
    signed_in: Client, sandbox: RunningSandbox
) -> None:
    account = factories.AccountFactory(token="a-revoked-token", status="rejected")
    _post(signed_in, "token", account, token=factories.TOKEN)
    account.refresh_from_db()
    assert (account.status, account.token_last_four) == ("connected", "cdef")


def test_a_new_token_that_zendesk_refuses_changes_nothing(
    signed_in: Client, sandbox: RunningSandbox
) -> None:
    account = factories.AccountFactory()
    page = _post(signed_in, "token", account, token="wrong-token")
    assert 'id="id_token_error"' in page
    assert "wrong-token" not in page
    account.refresh_from_db()
    assert account.token_last_four == "cdef"


def test_an_account_in_use_is_not_deleted_and_it_is_said_by_what(signed_in: Client) -> None:
    account = factories.AccountFactory(name="Acme Sell")
    for name in ("North", "South", "<b>West</b>", "East"):
        factories.DestinationFactory(account=account, name=name)
    factories.DestinationFactory(account=account, name="", status="draft")
    page = _post(signed_in, "delete", account)
    # A draft has no name, and comes first.
    assert "used by “Draft destination”, “&lt;b&gt;West&lt;/b&gt;”, “East” and 2 more" in page
    assert Account.objects.exists()


def test_the_menu_says_why_an_account_cannot_be_deleted(signed_in: Client) -> None:
    account = factories.DestinationFactory().account
    assert account is not None
    page = signed_in.get(ACCOUNTS).content.decode()
    assert "Used by 1 destination: delete those first." in page
    assert reverse("connections:account-delete", args=[account.uuid]) not in page
    assert f"{reverse('activations:browse')}?account={account.uuid}" in page
    assert f"{reverse('activations:choose')}?account={account.uuid}" in page


def test_activating_from_an_account_offers_its_destinations_only(signed_in: Client) -> None:
    account = factories.DestinationFactory(name="Mine").account
    assert account is not None
    factories.DestinationFactory(name="Theirs")
    chosen = {"account": str(account.uuid)}
    page = signed_in.get(reverse("activations:choose"), chosen).context["page"]
    assert [row.name for row in page] == ["Mine"]
    # A search stays among them.
    text = signed_in.get(reverse("activations:choose"), chosen).content.decode()
    assert f'name="account" value="{account.uuid}"' in text


def _names(client: Client, **query: str | list[str]) -> list[str]:
    return [account.name for account in client.get(ACCOUNTS, query).context["page"]]


def test_a_search_looks_at_name_description_user_and_zendesk_account(signed_in: Client) -> None:
    factories.AccountFactory(name="A", description="For the fjords")
    factories.AccountFactory(name="B", zendesk_user_name="Integration user")
    factories.AccountFactory(name="C", zendesk_account_name="Desert AB")
    for words, expected in (("fjords", ["A"]), ("integration", ["B"]), ("desert", ["C"])):
        assert _names(signed_in, q=words) == expected
    assert "No account fits" in signed_in.get(ACCOUNTS, {"q": "nothing"}).content.decode()


def test_several_statuses_are_shown_together(signed_in: Client) -> None:
    for status in ("connected", "rejected", "unchecked"):
        factories.AccountFactory(name=status, status=status)
    asked = {"status": ["rejected", "unchecked"], "platform": ["zendesk-sell"]}
    assert _names(signed_in, **asked) == ["rejected", "unchecked"]
    assert _names(signed_in, platform="nonsense") == []


SORTS = ("name", "platform", "username", "destinations", "authorized", "status", "nonsense")


@pytest.mark.parametrize("sort", SORTS)
def test_every_column_sorts_both_ways(signed_in: Client, sort: str) -> None:
    factories.DestinationFactory.create_batch(3)
    assert sorted(_names(signed_in, sort=sort)) == sorted(_names(signed_in, sort=f"-{sort}"))


def test_most_destinations_first(signed_in: Client) -> None:
    busy, idle = factories.AccountFactory(name="Busy"), factories.AccountFactory(name="Idle")
    factories.DestinationFactory.create_batch(2, account=busy)
    factories.DestinationFactory(account=idle)
    factories.AccountFactory(name="Unused")
    assert _names(signed_in, sort="-destinations") == ["Busy", "Idle", "Unused"]


def test_a_thousand_accounts_are_paged(signed_in: Client, count_queries: CountQueries) -> None:
    Account.objects.bulk_create(factories.AccountFactory.build_batch(1000))
    assert count_queries(f"{ACCOUNTS}?page=40&sort=-destinations") <= 6
    assert len(signed_in.get(ACCOUNTS).content) < 200_000


def _edit(client: Client, account: Account, **typed: str) -> Any:
    url = reverse("connections:account-edit", args=[account.uuid])
    if "seen" not in typed:
        typed["seen"] = client.get(url).context["form"]["seen"].value()
    return client.post(url, typed)


def test_name_and_description_are_edited(signed_in: Client) -> None:
    account = factories.AccountFactory(name="Acme Sell")
    answer = _edit(signed_in, account, name="Acme", description="Of the <b>north</b>")
    assert answer["Location"] == reverse("connections:accounts")
    assert "Of the &lt;b&gt;north" in signed_in.get(ACCOUNTS).content.decode()
    account.refresh_from_db()
    assert (account.name, account.token_last_four) == ("Acme", "cdef")


@pytest.mark.parametrize("name", ["", "  ", "Taken", "x" * 201])
def test_a_name_that_will_not_do_is_said_and_what_was_typed_is_kept(
    signed_in: Client, name: str
) -> None:
    factories.AccountFactory(name="Taken")
    account = factories.AccountFactory(name="Acme Sell")
    page = _edit(signed_in, account, name=name, description="Typed").content.decode()
    assert 'id="id_name_error"' in page
    assert "Typed</textarea>" in page
    account.refresh_from_db()
    assert account.name == "Acme Sell"


def test_who_edits_second_is_told_and_may_insist(signed_in: Client) -> None:
    account = factories.AccountFactory(name="Acme Sell")
    url = reverse("connections:account-edit", args=[account.uuid])
    seen = signed_in.get(url).context["form"]["seen"].value()
    _edit(signed_in, account, name="Mine", seen=seen)
    told = _edit(signed_in, account, name="Theirs", seen=seen)
    assert "now it is “Mine”" in told.content.decode()
    again = told.context["form"]["seen"].value()
    assert _edit(signed_in, account, name="Theirs", seen=again).status_code == 302
    account.refresh_from_db()
    assert account.name == "Theirs"


def test_an_unused_account_is_deleted(signed_in: Client) -> None:
    assert "was deleted" in _post(signed_in, "delete", factories.AccountFactory())
    assert not Account.objects.exists()


def test_an_account_that_is_gone_answers_404(signed_in: Client) -> None:
    account = factories.AccountFactory()
    account.delete()
    url = reverse("connections:account-check", args=[account.uuid])
    assert signed_in.post(url).status_code == 404


def test_a_new_token_leads_back_to_the_page_that_asked_for_it(
    signed_in: Client, sandbox: RunningSandbox
) -> None:
    account = factories.AccountFactory(token="a-revoked-token", status="rejected")
    url = reverse("connections:account-token", args=[account.uuid])
    for wanted, expected in (
        ("/audiences/", "/audiences/"),
        ("https://example.org/", reverse("connections:accounts")),
    ):
        answer = signed_in.post(f"{url}?next={wanted}", {"token": factories.TOKEN})
        assert answer["Location"] == expected
