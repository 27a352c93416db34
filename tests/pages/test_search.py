"""The search of the header: what is found, by whom, and that its words stand in no address."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from activations import site_map
from connections import access
from connections.models import Destination
from connections.permissions import Permission, may
from tests import factories
from tests.browser.visits import NO_PAGES
from tests.pages.default_roles import ROLES
from tests.pages.permitted import browser
from zendeskdest import context

HTMX = {"HX-Request": "true"}
# Pages that nobody looks for by a name, each with the reason.
NOT_LOOKED_FOR = {
    "login": "whoever searches is signed in",
    "logout": "no page",
    "welcome": "for a newcomer",
    "theme": "no page",
    "api:profiles": "for machines",
    "connections:new": "no page: it leads to a new draft",
    "connections:alert-test-email": "no page",
    "connections:bell-read-all": "no page",
    "activations:search": "itself",
}


def found(client: Client, words: str) -> str:
    """The list below the field."""
    answer = client.post("/search/", {"words": words}, headers=HTMX)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def options(html: str) -> list[tuple[str, str]]:
    """Address and name of each link."""
    links = re.findall(r'<a class="option[^>]* href="([^"]*)">(.*?)</a>', html)
    return [(unescape(url), unescape(re.sub("<small.*|<[^>]*>", " ", text))) for url, text in links]


def names(html: str) -> list[str]:
    return [" ".join(text.split()) for _, text in options(html)]


@pytest.fixture
def shop(destination: Destination) -> Destination:
    """One thing of each kind that is called so."""
    factories.AccountFactory(name="Shop account", zendesk_account_name="Shop Inc")
    factories.AudienceFactory(name="Shop visitors", namespace="ups", external_id="v-1")
    factories.PolicyFactory(name="Shop policy")
    factories.ConsentPolicyFactory(name="Shop consent")
    destination.name = "Shop contacts"
    destination.save()
    return destination


def test_things_of_every_kind_are_found_by_a_part_of_their_name(
    signed_in: Client, shop: Destination
) -> None:
    html = found(signed_in, "  sHOp ")

    assert names(html) == [
        "Shop contacts Acme Sell",
        "Shop account Shop Inc",
        "Shop visitors ups/v-1",
        "Shop policy Enabled",
        "Shop consent Enabled",
    ]
    assert 'data-said="5 results"' in html
    for url, _ in options(html):
        assert signed_in.get(url).status_code == 200


def test_pages_are_found_by_what_people_call_them(signed_in: Client, db: None) -> None:
    for words, name in (
        ("alerts", "Alerts"),
        ("api key", "API keys Ingestion"),
        ("segments", "Audiences"),
        ("time zone", "Your settings"),
    ):
        assert name in names(found(signed_in, words))


def test_pages_whose_own_name_it_is_come_first(signed_in: Client, db: None) -> None:
    assert names(found(signed_in, "PEOPLE"))[0] == "People"
    assert names(found(signed_in, "role"))[:2] == ["Roles People", "New role People"]
    assert names(found(signed_in, "policies"))[-5] == "Data usage policies Policies"


def test_every_page_with_an_address_of_its_own_can_be_found() -> None:
    here = {route.name for route in access.routes() if "<" not in route.pattern}
    listed = [place.url_name for place in site_map.PLACES]

    assert here - set(NO_PAGES) - set(NOT_LOOKED_FOR) - {"gallery"} == set(listed)
    assert len(listed) == len(set(listed))
    assert {name for _, name, _, _ in context.NAVIGATION} <= set(listed)


def test_five_of_a_kind_are_shown_and_a_link_leads_to_all_of_them(
    signed_in: Client, db: None
) -> None:
    for number in range(7):
        factories.AudienceFactory(name=f"Buyers & fans {number}")
    factories.AudienceFactory(name="Others")

    html = found(signed_in, "buyers & fans")

    *shown, (url, text) = options(html)
    assert len(shown) == 5
    assert "All 7 audiences" in text
    assert 'data-said="7 results"' in html
    page = signed_in.get(url).content.decode()
    assert page.count("Buyers &amp; fans ") >= 7
    assert "Others" not in page


def test_words_that_could_be_an_address_are_in_no_address_of_ours(
    signed_in: Client, db: None
) -> None:
    for number in range(7):
        factories.AudienceFactory(name=f"ann@example.org \uff20 {number}")

    for words in ("ann@example.org", "ann@ example", "\uff20", "@"):
        html = found(signed_in, words)
        assert len(options(html)) == 5
        assert "2 more: type more of the name" in html
        assert not any(re.search("@|%40|%EF%BC%A0", url) for url, _ in options(html))


def test_a_whole_address_is_looked_up_as_the_page_of_profiles_does(
    signed_in: Client, db: None
) -> None:
    profile = factories.ProfileFactory(email="ann@example.org")

    html = found(signed_in, " Ann@Example.org ")

    assert '<button class="option"' in html
    assert "Look up this profile" in html
    url, address = re.findall(r'action="([^"]*)".*name="email" value="([^"]*)"', html)[0]
    assert (url, address) == ("/profiles/", "Ann@Example.org")
    answer = signed_in.post(url, {"email": address}, follow=True)
    assert profile.email in answer.content.decode()
    assert "ann" not in answer.redirect_chain[0][0].lower()


@pytest.mark.parametrize("words", ["ann@", "@example.org", "ann", "ann@example.org bo"])
def test_a_part_of_an_address_is_not_looked_up(signed_in: Client, db: None, words: str) -> None:
    assert "Look up this profile" not in found(signed_in, words)


def test_the_words_of_an_address_are_not_read(signed_in: Client, shop: Destination) -> None:
    """So that nobody makes a link with them."""
    page = signed_in.get("/search/?words=shop&q=shop").content.decode()
    assert "Shop contacts" not in page
    assert "<h1>Search</h1>" in page


def test_nothing_found_says_so_and_where_to_look(signed_in: Client, db: None) -> None:
    html = found(signed_in, "no such <i>thing</i>")
    assert "&lt;i&gt;thing" in html
    assert "<i>" not in html
    assert 'data-said="No results"' in html
    assert names(html)[0] == "Show all destinations"
    for url, _ in options(html):
        assert signed_in.get(url).status_code == 200


def test_no_words_find_nothing(signed_in: Client, shop: Destination) -> None:
    for words in ("", "   ", "\x00"):
        assert options(found(signed_in, words)) == []


def test_hostile_names_are_shown_as_text(signed_in: Client, db: None) -> None:
    factories.AudienceFactory(name='<script>"x"</script>', external_id="<b>1</b>")
    for html in (found(signed_in, "script"), found(signed_in, "x" * 100_000)):
        assert "<script>" not in html
        assert "<b>1" not in html
    assert "&lt;script&gt;" in found(signed_in, "script")
    assert len(found(signed_in, "x" * 100_000)) < 10_000


def test_wild_cards_mean_themselves(signed_in: Client, shop: Destination) -> None:
    for words in ("%", "_", "Shop%visitors", "\\"):
        assert 'data-said="No results"' in found(signed_in, words)


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_nobody_finds_what_their_role_does_not_show(shop: Destination, role: str) -> None:
    factories.DestinationFactory(name="Shop draft", status="draft")
    permissions = [Permission(codename) for codename in ROLES.get(role, ())]
    client, user = browser(*permissions)
    for words in ("shop", "e", "a", "policies", "nothing is called so", "shop@example.org"):
        html = found(client, words)
        wanted = [*(url for url, _ in options(html)), *re.findall(r'action="([^"]*)"', html)]
        for url in wanted:
            needed = resolve(url.partition("?")[0]).func.access.to_see  # type: ignore[attr-defined]
            assert all(may(user=user, permission=permission) for permission in needed), url


@pytest.mark.parametrize(
    ("permission", "name"),
    [
        (Permission.VIEW_DESTINATIONS, "Shop contacts"),
        (Permission.VIEW_DESTINATIONS, "Shop account"),
        (Permission.VIEW_AUDIENCES, "Shop visitors"),
        (Permission.VIEW_POLICIES, "Shop policy"),
        (Permission.VIEW_POLICIES, "Shop consent"),
        (Permission.VIEW_PROFILES, "Look up this profile"),
    ],
)
def test_each_kind_needs_its_permission(
    shop: Destination, permission: Permission, name: str
) -> None:
    words = "shop@example.org" if permission is Permission.VIEW_PROFILES else "shop"
    assert name in found(browser(permission)[0], words)
    others = [other for other in Permission if other != permission]
    # What implies it is given with it by roles, not here.
    html = found(browser(*others, username="bo")[0], words)
    assert name not in html


def test_what_is_hidden_is_not_counted(shop: Destination) -> None:
    client, _ = browser(Permission.VIEW_AUDIENCES)
    assert 'data-said="1 result"' in found(client, "shop")


def test_a_draft_leads_to_its_wizard_or_to_the_drafts(db: None) -> None:
    draft = factories.DestinationFactory(name="Shop draft", status="draft", account=None)
    manager, _ = browser(Permission.VIEW_DESTINATIONS, Permission.MANAGE_DESTINATIONS)
    viewer, _ = browser(Permission.VIEW_DESTINATIONS, username="bo")

    wizard = reverse("connections:connect", args=[draft.uuid])
    assert options(found(manager, "shop"))[0][0] == wizard
    assert options(found(viewer, "shop"))[0][0] == "/destinations/browse/?status=draft"


def test_more_things_take_no_more_queries(signed_in: Client, shop: Destination) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert "Shop visitors" in found(signed_in, "shop")
        return len(captured)

    before = count()
    for number in range(20):
        factories.AudienceFactory(name=f"Shop visitors {number}")
        factories.DestinationFactory(name=f"Shop {number}", account__name=f"Shop {number}")
    assert count() == before <= 7


def test_nothing_is_read_that_grows_with_the_profiles(signed_in: Client, shop: Destination) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert "Shop visitors" in found(signed_in, "shop")

    statements = " ".join(query["sql"] for query in captured)
    tables = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', statements))
    # Whoever is signed in, with what their roles give.
    tables -= {"django_session", "django_content_type", "connections_person"}
    tables -= {"connections_accesslabels"}
    assert {name for name in tables if not name.startswith("auth_")} == {
        "connections_destination",
        "connections_account",
        "activations_audience",
        "activations_policy",
        "activations_consentpolicy",
    }


def test_without_a_script_the_same_stands_on_a_page(signed_in: Client, shop: Destination) -> None:
    page = signed_in.post("/search/", {"words": "shop"}).content.decode()
    assert page.lstrip().startswith("<!doctype html>")
    for name in ("Shop contacts", "Shop account", "Shop visitors", "Shop consent"):
        assert f"<bdi>{name}</bdi>" in page
    assert 'name="words" value="shop"' in page


def test_every_page_has_the_field_and_posts_its_words(signed_in: Client, db: None) -> None:
    page = signed_in.get("/settings/").content.decode()
    form = re.findall(r'<form class="search"[^>]*>', page)
    assert len(form) == 1
    assert 'method="post"' in form[0]
    assert 'hx-post="/search/"' in page


def test_strangers_are_sent_to_sign_in(client: Client, db: None) -> None:
    answer = client.post("/search/", {"words": "shop"})
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=/search/"
