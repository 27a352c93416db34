"""A phone in a dark room: both wizards on 360 px, by touch, from the menu to Finish."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.browser import layout
from tests.browser.conftest import ARTEFACTS, NARROW
from tests.browser.journeys.conftest import Arrive, Office

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {
    "viewport": NARROW,
    "has_touch": True,
    "is_mobile": True,
    "color_scheme": "dark",
}
VIP, NAME = "VIP customers", "From the phone"


def test_everything_up_to_finish_works_on_a_phone(arrive: Arrive) -> None:
    ann = arrive(**PHONE)
    ann.visit("/overview/")
    finger = Finger(ann.page)
    _connect(finger)
    _map(finger)
    _schedule(finger)
    _finish(finger)


@pytest.mark.parametrize(
    ("page", "has_before", "has_after"),
    [("", False, True), ("profiles/", True, True), ("settings/", True, False)],
)
def test_the_current_tab_is_in_sight_and_edges_tell_of_more(
    arrive: Arrive, office: Office, page: str, has_before: bool, has_after: bool
) -> None:
    ann = arrive(**PHONE)
    ann.visit(f"/destinations/{office.destination()}/{page}")
    tabs = ann.page.get_by_role("navigation", name="Destination", exact=True)
    expect(tabs.locator("[aria-current]")).to_be_in_viewport(ratio=0.9)
    assert (tabs.get_attribute("data-before") is not None) == has_before
    assert (tabs.get_attribute("data-after") is not None) == has_after
    assert ann.page.evaluate("scrollY") == 0


def test_the_search_of_the_catalog_is_wide_enough_to_type_in(arrive: Arrive) -> None:
    ann = arrive(**PHONE)
    ann.visit("/destinations/catalog/")
    box = ann.page.get_by_role("searchbox", name="Search the catalog").bounding_box()
    assert box is not None
    assert box["width"] > 150


@dataclass(frozen=True, slots=True)
class Finger:
    page: Page

    def tap(self, role: Any, name: str, within: Locator | None = None) -> None:
        (within or self.page).get_by_role(role, name=name, exact=True).tap()

    def look(self, name: str, *, full_page: bool = True) -> None:
        """A photograph; nothing sticks out of anything.

        For a whole page Chromium makes its window as high for a moment: what floats stays behind.
        """
        self.page.screenshot(path=ARTEFACTS / f"phone-{name}.png", full_page=full_page)
        assert layout.spills(self.page) == []


def _connect(finger: Finger) -> None:
    page = finger.page
    finger.tap("button", "Menu")
    finger.look("menu")
    finger.tap("link", "Destinations")
    finger.tap("link", "Browse")
    finger.look("browse")
    finger.tap("button", "Configure new destination")
    finger.tap("link", "New account")
    page.get_by_label("Bearer Token").fill(factories.TOKEN)
    page.get_by_label("Account name").fill("Account of the phone")
    finger.look("connect")
    finger.tap("button", "Connect to destination")
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    finger.look("connected")
    finger.tap("link", "Next")
    page.get_by_label("Name").fill(NAME)
    finger.look("details")
    finger.tap("button", "Next")
    expect(page.get_by_role("heading", name="Select audiences")).to_be_visible()


def _map(finger: Finger) -> None:
    page = finger.page
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        finger.tap("checkbox", VIP)
    finger.look("audiences")
    finger.tap("button", "Next")
    finger.tap("button", "Add new mapping")
    page.get_by_role("button", name="Source field, row 4: empty").tap()
    picker = page.get_by_role("dialog", name="Select source field")
    picker.get_by_role("searchbox").fill("tier")
    finger.tap("treeitem", "tier string", within=picker)
    expect(picker.get_by_text("gold").first).to_be_visible()
    finger.look("source")
    finger.tap("button", "Select", within=picker)
    expect(page.get_by_role("button", name="Target field, row 4")).to_contain_text("Loyalty tier")
    finger.look("mapping")
    finger.tap("button", "Next")


def _schedule(finger: Finger) -> None:
    page = finger.page
    row = page.get_by_role("group", name=VIP)
    row.get_by_role("button", name="Show suggestions").tap()
    finger.look("suggestions", full_page=False)
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("option", name="VIP audience").tap()
    expect(page.get_by_text("VIP audience exists in Zendesk")).to_be_visible()
    finger.look("schedule")
    finger.tap("button", "Next")


def _finish(finger: Finger) -> None:
    page = finger.page
    page.get_by_role("group", name="Examples").get_by_role("button").first.tap()
    expect(page.get_by_role("button", name="Send only this one now")).to_be_visible()
    finger.look("review")
    finger.tap("button", "Finish")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    finger.look("finished")
