"""The Accounts tab."""

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


def test_an_account_in_use_is_not_deleted_and_the_reason_is_said(signed_in: Client) -> None:
    destination = factories.DestinationFactory()
    assert destination.account is not None
    page = _post(signed_in, "delete", destination.account)
    assert "is used by 1 destination" in page
    assert Account.objects.exists()


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
