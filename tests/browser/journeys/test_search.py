"""Finding things from any page, by keys alone."""

import re
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.browser.conftest import NARROW, Person
from tests.browser.journeys.conftest import Arrive
from tests.browser.journeys.keyboard import Hands

pytestmark = pytest.mark.browser


def _field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search everything")


def _option(page: Page, name: str) -> Locator:
    return page.get_by_role("option", name=re.compile(f"^{name}"))


def _words(request: Request) -> str:
    """What was searched for, where it is posted as it has to be."""
    is_search = request.method == "POST" and request.url.endswith("/search/")
    return parse_qs(request.post_data or "").get("words", [""])[0] if is_search else ""


def _type(hands: Hands, words: str) -> None:
    """Over what stands there; waits for the answer to exactly these words."""
    hands.press("Control+a")
    with hands.page.expect_response(lambda answer: _words(answer.request) == words):
        hands.type(words)


def _marked(page: Page) -> str:
    """The option that a screen reader is told of."""
    field = _field(page)
    key = field.get_attribute("aria-activedescendant")
    return page.locator(f"#{key}").inner_text() if key else ""


def test_a_thing_is_found_and_opened_from_any_page(arrive: Arrive) -> None:
    ann = arrive()
    ann.visit("/settings/")
    page, hands = ann.page, Hands(ann.page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    hands.press("/")
    expect(_field(page)).to_be_focused()
    _type(hands, "VIP")
    expect(_option(page, "VIP customers")).to_be_visible()
    expect(_field(page)).to_have_attribute("aria-expanded", "true")
    expect(page.locator("[data-search-said]")).to_have_text(re.compile("^[1-9].* results?$"))
    assert _marked(page) == ""
    hands.press("ArrowDown")
    assert "VIP customers" in _marked(page)
    hands.press("Enter")
    expect(page.get_by_role("heading", level=1, name="VIP customers")).to_be_visible()


def test_all_of_a_kind_and_a_page_are_reached_by_arrows(arrive: Arrive) -> None:
    ann = arrive()
    ann.visit("/overview/")
    page, hands = ann.page, Hands(ann.page)
    hands.press("Control+k")
    _type(hands, "zone")
    expect(_option(page, "All 30 audiences")).to_be_visible()
    for _ in range(6):
        hands.press("ArrowDown")
    assert "All 30 audiences" in _marked(page)
    hands.press("Enter")
    expect(page).to_have_url(re.compile(r"/audiences/\?q=zone$"))
    hands.press("Control+k")
    _type(hands, "api key")
    expect(_option(page, "API keys")).to_be_visible()
    hands.press("ArrowUp")
    hands.press("Enter")
    expect(page).to_have_url(re.compile("/ingestion/api/$"))


def test_escape_closes_the_list_then_leaves_the_field(arrive: Arrive) -> None:
    ann = arrive()
    ann.visit("/audiences/")
    page, hands = ann.page, Hands(ann.page)
    link = hands.go_to("link", "Monitoring")
    hands.press("/")
    _type(hands, "zone")
    expect(_option(page, "Zone 01")).to_be_visible()
    hands.press("Escape")
    expect(_option(page, "Zone 01")).to_be_hidden()
    expect(_field(page)).to_be_focused()
    expect(_field(page)).to_have_value("zone")
    hands.press("ArrowDown")
    expect(_option(page, "Zone 01")).to_be_visible()
    hands.press("Escape")
    hands.press("Escape")
    expect(_field(page)).to_have_value("")
    hands.press("Escape")
    expect(link).to_be_focused()


def test_the_keys_type_where_somebody_types(arrive: Arrive) -> None:
    ann = arrive()
    ann.visit("/profiles/")
    page, hands = ann.page, Hands(ann.page)
    address = page.get_by_label("E-mail address")
    expect(address).to_be_focused()
    hands.type("a/b")
    expect(address).to_have_value("a/b")
    hands.press("Control+k")
    expect(_field(page)).to_be_focused()


def test_the_key_can_be_switched_off_and_the_other_one_stays(arrive: Arrive) -> None:
    fay = arrive("fay")
    fay.visit("/settings/")
    page, hands = fay.page, Hands(fay.page)
    switch = page.get_by_role("checkbox", name="Keyboard shortcuts")
    expect(switch).to_be_checked()
    switch.uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings were saved.")).to_be_visible()
    fay.visit("/audiences/")
    link = hands.go_to("link", "Monitoring")
    hands.press("/")
    expect(link).to_be_focused()
    hands.press("Control+k")
    expect(_field(page)).to_be_focused()


def test_enter_without_a_choice_shows_a_page_of_results(arrive: Arrive) -> None:
    ann = arrive()
    ann.visit("/overview/")
    page, hands = ann.page, Hands(ann.page)
    hands.press("/")
    _type(hands, "zone")
    hands.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Search")).to_be_visible()
    expect(page.get_by_role("link", name="All 30 audiences")).to_be_visible()
    expect(page).to_have_url(re.compile("/search/$"))
    hands.walk()


def test_an_address_is_looked_up_and_never_in_an_address(arrive: Arrive) -> None:
    ann = arrive()
    seen: list[str] = []
    ann.page.on("request", lambda request: seen.append(request.url))
    ann.visit("/overview/")
    page, hands = ann.page, Hands(ann.page)
    hands.press("/")
    _type(hands, "maja.lind@example.org")
    expect(_option(page, "Look up this profile")).to_be_visible()
    hands.press("ArrowDown")
    hands.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile("/profiles/"))
    assert [url for url in seen if "maja" in url or "%40" in url] == []


def test_on_a_phone_the_icon_opens_the_field(arrive: Arrive) -> None:
    ann: Person = arrive(viewport=NARROW)
    ann.visit("/overview/")
    page, hands = ann.page, Hands(ann.page)
    expect(_field(page)).to_be_hidden()
    opener = hands.go_to("button", "Search")
    hands.press("Enter")
    expect(_field(page)).to_be_focused()
    _type(hands, "zone")
    expect(_option(page, "Zone 01")).to_be_in_viewport(ratio=1)
    hands.press("Escape")
    hands.press("Escape")
    expect(_field(page)).to_be_hidden()
    expect(opener).to_be_focused()
