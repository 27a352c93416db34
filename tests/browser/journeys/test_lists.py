"""Browse by keyboard: the rails, the filter, and a name that two people change at once."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Person
from tests.browser.journeys.conftest import Arrive, Office

pytestmark = pytest.mark.browser

BROWSE = "/destinations/browse/?q=Zendesk+2&sort=name"
NAME = "Zendesk 29"


def test_a_row_opens_the_rail_and_escape_closes_it(arrive: Arrive) -> None:
    ann = arrive("ann")
    page = ann.page
    ann.visit(BROWSE)
    _row(ann).get_by_text("Bearer token").click()
    rail = page.get_by_role("complementary", name=NAME)
    expect(rail.get_by_role("heading", name=NAME)).to_be_focused()
    expect(rail).to_contain_text("Destination ID")
    expect(page).to_have_url(re.compile("rail=[0-9a-f-]{36}"))
    ann.photograph("42-browse-rail")
    # The address brings it back, with the same words in the search.
    page.reload()
    expect(rail).to_be_visible()
    page.keyboard.press("Escape")
    expect(rail).to_have_count(0)
    expect(page).not_to_have_url(re.compile("rail="))
    # With the keyboard alone.
    details = _row(ann).get_by_role("button", name=f"Details of {NAME}")
    expect(details).to_be_focused()
    page.keyboard.press("Enter")
    expect(rail).to_be_visible()
    rail.get_by_role("link", name="Close details").click()
    expect(details).to_be_focused()


def test_the_filter_is_a_panel_and_stands_in_the_address(arrive: Arrive) -> None:
    ann = arrive("ann")
    page = ann.page
    ann.visit(BROWSE)
    page.get_by_role("button", name="Filter").click()
    panel = page.get_by_role("group", name="Filter", exact=True)
    panel.get_by_label("Disabled").check()
    ann.page.screenshot(path="test-artefacts/43-browse-filter.png")
    panel.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("No destination fits")).to_be_visible()
    expect(page).to_have_url(re.compile("status=disabled"))
    page.go_back()
    expect(_row(ann)).to_be_visible()


def test_before_audiences_are_removed_the_dialog_names_them(arrive: Arrive, office: Office) -> None:
    ann = arrive("ann")
    ann.visit(office.address("activations:destination-data"))
    ann.page.get_by_role("checkbox", name="Select VIP customers").check()
    ann.page.get_by_role("button", name="Remove audiences").click()
    dialog = ann.page.get_by_role("dialog", name="Remove the selected audiences?")
    expect(dialog).to_contain_text("1 selected:")
    expect(dialog.get_by_role("listitem")).to_have_text(["VIP customers"])
    dialog.get_by_role("button", name="Cancel").click()
    ann.page.get_by_role("checkbox", name="Select VIP customers").uncheck()
    expect(ann.page.locator("[data-selected-names] li")).to_have_count(0)


def test_who_renames_second_is_told_in_the_row_and_loses_nothing(arrive: Arrive) -> None:
    ann, bo = arrive("ann"), arrive("bo")
    for person in (ann, bo):
        person.visit("/destinations/browse/?q=Zendesk+28")
        _start_renaming(person)
    _name(ann).fill("Zendesk 28 of Ann")
    ann.page.keyboard.press("Enter")
    expect(ann.page.get_by_role("link", name="Zendesk 28 of Ann")).to_be_focused()
    _name(bo).fill("Zendesk 28 of Bo")
    bo.page.keyboard.press("Enter")
    expect(bo.page.get_by_text("now it is “Zendesk 28 of Ann”")).to_be_visible()
    expect(_name(bo)).to_have_value("Zendesk 28 of Bo")
    bo.photograph("44-rename-conflict")
    bo.page.keyboard.press("Escape")
    expect(bo.page.get_by_role("link", name="Zendesk 28 of Ann")).to_be_visible()


def test_the_rail_of_a_destination_stays_as_it_was_left(arrive: Arrive, office: Office) -> None:
    ann = arrive("ann")
    page, rail = ann.page, ann.page.get_by_role("complementary", name="About this destination")
    about = page.get_by_role("link", name="About", exact=True)
    page.set_viewport_size({"width": 1680, "height": 900})
    ann.visit(f"/destinations/{office.destination()}/")
    rail.get_by_role("link", name="Close details").click()
    expect(about).to_be_focused()
    page.reload()
    expect(rail).to_be_hidden()
    about.click()
    expect(about).to_be_hidden()
    page.reload()
    expect(rail).to_be_visible()
    # Where there is no room it lies over the page, and only while it is wanted.
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(rail).to_be_hidden()
    about.click()
    expect(rail.get_by_role("heading")).to_be_focused()
    page.keyboard.press("Escape")
    expect(rail).to_be_hidden()
    expect(about).to_be_focused()


def test_a_column_that_was_hidden_stays_hidden_in_this_browser(arrive: Arrive) -> None:
    ann = arrive("ann")
    page = ann.page
    head = page.get_by_role("columnheader", name="Created")
    ann.visit("/audiences/")
    expect(head).to_be_visible()
    cells = page.get_by_role("row").nth(1).get_by_role("cell")
    shown = cells.count()
    page.get_by_role("button", name="Columns").press("Enter")
    box = page.get_by_role("group", name="Columns shown").get_by_label("Created")
    box.press("Space")
    for _ in range(2):
        expect(head).to_be_hidden()
        assert cells.count() == shown - 1
        page.reload()
    expect(page).to_have_url(re.compile("/audiences/$"))
    page.get_by_role("button", name="Columns").press("Enter")
    box.check()
    expect(head).to_be_visible()


def _row(person: Person) -> Locator:
    return person.page.get_by_role("row").filter(has_text=NAME)


def _start_renaming(person: Person) -> None:
    person.page.get_by_role("button", name="Actions for Zendesk 28").click()
    person.page.get_by_role("link", name="Rename").click()
    expect(_name(person)).to_be_focused()


def _name(person: Person) -> Locator:
    return person.page.get_by_label("Name of Zendesk 28")
