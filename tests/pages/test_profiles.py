"""The profiles behind a number of a destination."""

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activations.models import Delivery
from activations.queries import deliveries, references
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.factories import NOON
from tests.pages.conftest import CountQueries
from tests.pages.permitted import browser

HOSTILE = '<script>alert(1)</script> & "quotes" \''


def _url(destination: Destination, **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return f"{reverse('activations:profiles', args=[destination.uuid])}{query and '?'}{query}"


def _page(client: Client, destination: Destination, **asked: str) -> str:
    answer = client.get(_url(destination, **asked))
    assert answer.status_code == 200
    return str(answer.content.decode())


def _fail(destination: Destination, code: str = "zendesk-409", **details: Any) -> Delivery:
    return factories.DeliveryFactory(destination=destination, state="failed", code=code, **details)


def _who(client: Client, url: str) -> list[str]:
    return [row.who for row in client.get(url).context["rows"]]


def test_each_profile_stands_with_its_reason_and_last_request(
    signed_in: Client, destination: Destination
) -> None:
    failed = _fail(destination, detail="Zendesk refused the request: 409.")
    for fence, status in ((1, 503), (2, 409)):
        factories.AttemptFactory(
            delivery=failed,
            fence=fence,
            outcome="rejected",
            http_status=status,
            request_id=f"request-{fence}",
        )
    factories.AttemptFactory(delivery=failed, fence=3, outcome="handed-back")
    _fail(destination, "zendesk-422-unknown")

    page = _page(signed_in, destination, state="failed", code="zendesk-409")

    assert failed.profile.email in page
    assert "Zendesk refused the request: 409." in page
    assert "Zendesk holds several contacts with this e-mail" in page
    assert "Merge the contacts in Sell, then retry." in page
    assert "request-2" in page
    assert "request-1" not in page
    assert "1 profile with the code" in page


def test_what_zendesk_or_a_profile_says_is_shown_as_text(
    signed_in: Client, destination: Destination
) -> None:
    failed = _fail(destination, detail=HOSTILE, profile__email=HOSTILE)
    factories.AttemptFactory(
        delivery=failed, outcome="rejected", code="<b>code</b>", request_id="<i>id</i>"
    )

    page = _page(signed_in, destination, state="failed")

    for markup in ("<script>alert", "<b>code", "<i>id"):
        assert markup not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quotes&quot;" in page


def test_somebody_without_an_address_goes_by_another_identity(
    signed_in: Client, destination: Destination
) -> None:
    factories.DeliveryFactory(
        destination=destination,
        state="excluded",
        code="missing-email",
        profile__email="",
        profile__identity="ecid:1457",
    )

    assert "ecid:1457" in _page(signed_in, destination, state="excluded", code="missing-email")


def test_all_profiles_are_listed_whatever_their_state(
    signed_in: Client, destination: Destination
) -> None:
    everybody = [_fail(destination), factories.DeliveryFactory(destination=destination)]
    everybody += [
        factories.DeliveryFactory(destination=destination, state="delivered", delivered_seq=1)
        for _ in range(30)
    ]
    _fail(factories.DestinationFactory())
    url, seen = _url(destination), []
    while url:
        context = signed_in.get(url).context
        seen += [row.who for row in context["rows"]]
        url, back = context["after_url"], context["before_url"]
    assert seen == [row.profile.email for row in everybody]
    assert _who(signed_in, back) == seen[:25]


def _find(client: Client, destination: Destination, email: str) -> HttpResponse:
    url = reverse("activations:profiles", args=[destination.uuid])
    return client.post(url, {"email": email}, follow=True)  # type: ignore[return-value]


def test_one_profile_is_found_by_its_address_with_all_requests_about_it(
    signed_in: Client, destination: Destination
) -> None:
    failed = _fail(destination, detail="409, really")
    for fence in (1, 2, 3):
        factories.AttemptFactory(delivery=failed, fence=fence, request_id=f"request-{fence}")
    other = _fail(destination)

    answer = _find(signed_in, destination, f" {failed.profile.email.upper()} ")

    page, path = answer.content.decode(), answer.wsgi_request.path  # type: ignore[attr-defined]
    assert "@" not in path
    assert "%40" not in path
    assert str(failed.profile_id) not in path.replace(str(destination.uuid), "").split("~")[1:]
    assert failed.profile.email in page
    assert other.profile.email not in page
    for words in ("409, really", "Merge the contacts in Sell", "request-1", "request-3"):
        assert words in page
    reference = references.to(profile_id=failed.profile_id)
    assert reverse("activations:person", args=[reference]) in page


def test_an_address_nobody_has_is_said_beside_the_field_and_kept(
    signed_in: Client, destination: Destination
) -> None:
    _fail(destination)
    page = _find(signed_in, destination, "nobody@example.org").content.decode()
    assert "No profile has this address." in page
    assert 'value="nobody@example.org"' in page


def test_somebody_who_is_not_sent_here_is_known_elsewhere(
    signed_in: Client, destination: Destination
) -> None:
    elsewhere = _fail(factories.DestinationFactory())
    page = _find(signed_in, destination, elsewhere.profile.email).content.decode()
    assert "This destination does not know the profile" in page


@pytest.mark.parametrize("reference", ["1", "1~forged", "x"])
def test_a_reference_that_is_not_ours_answers_404(
    signed_in: Client, destination: Destination, reference: str
) -> None:
    _fail(destination)
    url = reverse("activations:destination-profile", args=[destination.uuid, reference])
    assert signed_in.get(url).status_code == 404


def test_one_is_retried_from_its_row_and_the_page_comes_back(
    signed_in: Client, destination: Destination
) -> None:
    failed, other = _fail(destination), _fail(destination)
    here = f"http://testserver{_url(destination, state='failed')}"
    url = reverse("activations:retry", args=[destination.uuid])

    answer = signed_in.post(url, {"chosen": failed.pk}, headers={"referer": here})

    assert answer["Location"] == here
    assert _who(signed_in, here) == [other.profile.email]


@pytest.mark.parametrize("name", ["profiles", "profiles-csv", "destination-profile"])
def test_profiles_take_the_permission_to_see_them(destination: Destination, name: str) -> None:
    failed = _fail(destination)
    client, _ = browser(Permission.VIEW_DESTINATIONS)
    more = [references.to(profile_id=failed.profile_id)] if name == "destination-profile" else []

    assert (
        client.get(reverse(f"activations:{name}", args=[destination.uuid, *more])).status_code
        == 403
    )
    tabs = client.get(reverse("activations:destination-detail", args=[destination.uuid]))
    assert reverse("activations:profiles", args=[destination.uuid]) not in tabs.content.decode()


@pytest.mark.parametrize("may_export", [False, True])
def test_a_file_of_profiles_exports_identities_and_takes_that_permission(
    destination: Destination, may_export: bool
) -> None:
    _fail(destination)
    more = [Permission.VIEW_IDENTITY_GRAPH] if may_export else []
    client, _ = browser(Permission.VIEW_DESTINATIONS, Permission.VIEW_PROFILES, *more)
    file = reverse("activations:profiles-csv", args=[destination.uuid])
    problems = client.get(reverse("activations:destination-problems", args=[destination.uuid]))

    assert (file in _page(client, destination)) is may_export
    assert (file in problems.content.decode()) is may_export
    assert client.get(file).status_code == (200 if may_export else 403)


def test_all_of_a_code_are_retried_from_here(signed_in: Client, destination: Destination) -> None:
    _fail(destination)
    page = _page(signed_in, destination, state="failed", code="zendesk-409")

    assert "Retry all 1" in page
    assert f'action="{reverse("activations:retry", args=[destination.uuid])}"' in page
    assert 'name="code" value="zendesk-409"' in page


def test_what_was_excluded_is_not_retried_but_mended(
    signed_in: Client, destination: Destination
) -> None:
    factories.DeliveryFactory(destination=destination, state="excluded", code="missing-last-name")

    page = _page(signed_in, destination, state="excluded", code="missing-last-name")

    assert "Retry all" not in page
    assert "Load a last name" in page


def test_waiting_and_unsettled_say_until_when(signed_in: Client, destination: Destination) -> None:
    until = timezone.now() + timedelta(minutes=3)
    factories.DeliveryFactory(
        destination=destination,
        state="waiting",
        code="network",
        next_attempt_at=until,
        unsettled_until=until,
        attempts=4,
    )

    for asked in ({"state": "waiting", "code": "network"}, {"state": "unsettled"}):
        page = _page(signed_in, destination, **asked)
        assert "after 4 tries" in page
        assert page.count(f'datetime="{until:%Y-%m-%dT%H:%M:%SZ}"') == 2


def test_pages_go_on_by_key_and_back(signed_in: Client, destination: Destination) -> None:
    everybody = [_fail(destination).profile.email for _ in range(60)]
    url = _url(destination, state="failed", code="zendesk-409")
    seen, pages = [], 0
    while url:
        context = signed_in.get(url).context
        seen += [row.who for row in context["rows"]]
        url, back, pages = context["after_url"], context["before_url"], pages + 1
    assert (seen, pages) == (everybody, 3)

    assert _who(signed_in, back) == everybody[25:50]
    first = signed_in.get(back).context["before_url"]
    assert _who(signed_in, first) == everybody[:25]
    assert signed_in.get(first).context["before_url"] == ""


def test_pages_of_a_state_go_on_from_code_to_code_and_back(
    signed_in: Client, destination: Destination
) -> None:
    codes = ["zendesk-409", "zendesk-422-unknown", "mapping-error"]
    rows = [_fail(destination, code=codes[n % 3]) for n in range(80)]
    everybody = [row.profile.email for row in sorted(rows, key=lambda row: (row.code, row.pk))]
    urls = [_url(destination, state="failed")]
    while further := signed_in.get(urls[-1]).context["after_url"]:
        urls.append(further)
    assert [who for url in urls for who in _who(signed_in, url)] == everybody
    assert len(urls) == 4

    backwards = [signed_in.get(urls[-1]).context["before_url"]]
    while nearer := signed_in.get(backwards[-1]).context["before_url"]:
        backwards.append(nearer)
    assert [who for url in backwards[::-1] for who in _who(signed_in, url)] == everybody[:75]


def test_no_address_names_a_person(signed_in: Client, destination: Destination) -> None:
    for _ in range(30):
        _fail(destination)

    context = signed_in.get(_url(destination, state="failed")).context

    assert "@" not in context["after_url"]
    assert "%40" not in context["after_url"]


@pytest.mark.parametrize(
    "asked",
    [
        {"state": "failed", "code": "%00<b>", "after": "-1"},
        {"state": "failed", "code": "x" * 500, "before": "9" * 40},
        {"state": "pending", "after": "²"},
    ],
)
def test_a_malformed_address_shows_nobody(
    signed_in: Client, destination: Destination, asked: dict[str, str]
) -> None:
    assert "Nobody stands here now" in _page(signed_in, destination, **asked)


def test_a_state_there_is_not_answers_404(signed_in: Client, destination: Destination) -> None:
    assert signed_in.get(_url(destination, state="nonsense")).status_code == 404


def test_it_takes_a_sign_in(client: Client, destination: Destination) -> None:
    _fail(destination)

    assert client.get(_url(destination, state="failed"))["Location"].startswith("/sign-in/")


def test_a_full_page_takes_as_many_queries_as_one_row(
    count_queries: CountQueries, destination: Destination
) -> None:
    url = _url(destination, state="failed")
    factories.AttemptFactory(delivery=_fail(destination), started_at=NOON)
    one = count_queries(url)
    for _ in range(29):
        factories.AttemptFactory(delivery=_fail(destination), started_at=NOON)

    assert count_queries(url) == one


def test_chosen_ones_are_retried_and_the_others_stay(
    signed_in: Client, destination: Destination
) -> None:
    chosen, other = _fail(destination), _fail(destination)
    elsewhere = _fail(factories.DestinationFactory())
    url = reverse("activations:retry", args=[destination.uuid])

    page = signed_in.post(url, {"chosen": [chosen.pk, elsewhere.pk]}, follow=True)

    assert "1 profile is back in line." in page.content.decode()
    states = dict(Delivery.objects.values_list("pk", "state"))
    assert states == {chosen.pk: "pending", other.pk: "failed", elsewhere.pk: "failed"}


class TestDownload:
    def _lines(self, client: Client, destination: Destination, **asked: str) -> list[list[str]]:
        url = _url(destination, **asked).replace("/profiles/", "/profiles.csv")
        answer = client.get(url)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
        return list(csv.reader(text.splitlines()))

    def test_it_has_a_line_for_each(self, signed_in: Client, destination: Destination) -> None:
        failed = _fail(destination, detail="409, really")
        factories.AttemptFactory(
            delivery=failed, outcome="rejected", http_status=409, request_id="r-1"
        )
        _fail(destination, "zendesk-422")

        head, line = self._lines(signed_in, destination, state="failed", code="zendesk-409")

        assert head[:3] == ["Profile", "State", "Code"]
        assert line[0] == failed.profile.email
        assert line[2:5] == [
            "zendesk-409",
            "Zendesk holds several contacts with this e-mail",
            "409, really",
        ]
        assert (line[6], line[8]) == ("409", "r-1")

    def test_page_after_page(
        self, signed_in: Client, destination: Destination, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deliveries, "CHUNK", 2)
        for _ in range(5):
            _fail(destination)
        assert len(self._lines(signed_in, destination, state="failed")) == 6

    def test_a_spreadsheet_runs_nothing(self, signed_in: Client, destination: Destination) -> None:
        _fail(destination, detail="=HYPERLINK(1)", profile__email="@SUM(1)")
        _, line = self._lines(signed_in, destination, state="failed")
        assert (line[0], line[4]) == ("'@SUM(1)", "'=HYPERLINK(1)")

    def test_there_is_none_of_an_unknown_state(
        self, signed_in: Client, destination: Destination
    ) -> None:
        url = reverse("activations:profiles-csv", args=[destination.uuid])
        assert signed_in.get(f"{url}?state=lost").status_code == 404
