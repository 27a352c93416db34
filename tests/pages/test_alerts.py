"""Alert records on the destination page and in Browse."""

from django.test import Client
from django.urls import reverse

from connections import alerts, destinations
from connections.models import Account, Destination
from connections.permissions import Permission
from tests import factories
from tests.pages.conftest import CountQueries
from tests.pages.permitted import browser

BROWSE = reverse("activations:browse")


def _detail(destination: Destination) -> str:
    return reverse("activations:destination-detail", args=[destination.uuid])


def _get(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def _stop(destination: Destination, problem: str = "Twenty alike.") -> None:
    destinations.stop(destination_id=destination.pk, code="alike", problem=problem)


def _reject(account: Account | None) -> None:
    assert account is not None
    alerts.trigger(code="account-rejected", message="Refused.", account_id=account.pk)


def test_without_a_record_nothing_is_said(signed_in: Client, destination: Destination) -> None:
    assert "open alert" not in _get(signed_in, BROWSE)
    assert 'id="alerts-title"' not in _get(signed_in, _detail(destination))


def test_an_open_record_rings_in_browse_and_leads_to_the_destination(
    signed_in: Client, destination: Destination
) -> None:
    _stop(destination)
    page = _get(signed_in, BROWSE)
    assert "1 open alert" in page
    assert f'href="{_detail(destination)}#alerts"' in page
    assert "Twenty alike." in page


def test_an_open_record_says_what_to_do_next(signed_in: Client, destination: Destination) -> None:
    alert = factories.AlertFactory(destination=destination, code="destination-flow-run-failure")
    resolve = reverse("connections:alert-resolve", args=[alert.pk])
    problems = reverse("activations:destination-problems", args=[destination.uuid])
    link = f'id="problems-of-{alert.pk}" href="{problems}">Show the problems<'

    page = _get(signed_in, _detail(destination))
    assert link in page
    assert f'action="{resolve}"' in page
    assert f'id="resolve-{alert.pk}"' in page, "what is swapped in gives the focus back by it"
    reader = browser(Permission.VIEW_DESTINATIONS)[0]
    assert f'action="{resolve}"' not in _get(reader, _detail(destination))

    there = f"http://testserver{_detail(destination)}"
    answer = signed_in.post(resolve, headers={"Referer": there})
    assert answer["Location"] == there
    page = _get(signed_in, _detail(destination))
    assert link not in page
    assert f'action="{resolve}"' not in page


def test_who_resolves_from_nowhere_lands_where_they_may_be(destination: Destination) -> None:
    alert = factories.AlertFactory(destination=destination, code="destination-flow-run-failure")
    resolve = reverse("connections:alert-resolve", args=[alert.pk])
    client, _ = browser(Permission.VIEW_ALERTS, Permission.RESOLVE_ALERTS)
    assert client.post(resolve, follow=True).status_code == 200


def test_what_ends_by_itself_offers_no_resolve(signed_in: Client, destination: Destination) -> None:
    factories.AlertFactory(destination=destination, code="destination-flow-run-delay")
    page = _get(signed_in, _detail(destination))
    assert ">Resolve</button>" not in page
    assert "Show the problems" not in page


def test_a_record_says_when_it_began_and_when_it_was_over(
    signed_in: Client, destination: Destination
) -> None:
    _stop(destination)
    page = _get(signed_in, _detail(destination))
    assert "Open" in page
    assert "over at" not in page
    destinations.resume(destination=destination)
    page = _get(signed_in, _detail(destination))
    assert "Resolved" in page
    assert "over at" in page
    assert "open alert" not in _get(signed_in, BROWSE)


def test_what_concerns_an_account_concerns_each_of_its_destinations(
    signed_in: Client, destination: Destination
) -> None:
    beside = factories.DestinationFactory(account=destination.account)
    stranger = factories.DestinationFactory(account__token="another-token-0123456789")
    _reject(destination.account)
    counts = {row.destination: row.alert_count for row in signed_in.get(BROWSE).context["rows"]}
    assert counts == {destination: 1, beside: 1, stranger: 0}
    assert "account Acme Sell" in _get(signed_in, _detail(beside))
    assert "Refused." not in _get(signed_in, _detail(stranger))


def test_a_draft_has_nobodys_alerts(signed_in: Client, destination: Destination) -> None:
    _stop(destination)
    draft = factories.DestinationFactory(name="", account=None, status="draft")
    counts = {row.destination: row.alert_count for row in signed_in.get(BROWSE).context["rows"]}
    assert counts == {destination: 1, draft: 0}


def test_words_of_a_record_are_shown_as_text(signed_in: Client, destination: Destination) -> None:
    _stop(destination, "<script>alert(1)</script>")
    for url in (BROWSE, _detail(destination)):
        assert "<script>alert(1)" not in _get(signed_in, url)
        assert "&lt;script&gt;alert(1)" in _get(signed_in, url)


def test_the_newest_records_come_first_and_open_ones_before_all(
    signed_in: Client, destination: Destination
) -> None:
    for number in range(7):
        _stop(destination, f"Problem {number}")
        destinations.resume(destination=destination)
    _reject(destination.account)
    shown = signed_in.get(_detail(destination)).context["alerts"]
    assert [record.message for record in shown] == [
        "Refused.",
        "Problem 6",
        "Problem 5",
        "Problem 4",
        "Problem 3",
    ]


def test_many_records_take_as_many_queries_as_one(
    signed_in: Client, count_queries: CountQueries, destination: Destination
) -> None:
    _stop(destination)
    one = [count_queries(BROWSE), count_queries(_detail(destination))]
    for _ in range(9):
        _stop(factories.DestinationFactory(account=destination.account))
    _reject(destination.account)
    assert [count_queries(BROWSE), count_queries(_detail(destination))] == one
