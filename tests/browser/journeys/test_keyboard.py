"""From signing in to Finish without a mouse."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.conftest import Person
from tests.browser.journeys.conftest import Arrive, Office
from tests.browser.journeys.keyboard import Hands
from tests.browser.journeys.wizard import STEPS, Wizard

pytestmark = pytest.mark.browser

VIP = "VIP customers"


def test_everything_up_to_finish_works_without_a_mouse(arrive: Arrive) -> None:
    somebody = arrive("")
    hands = Hands(somebody.page)
    _sign_in(somebody, hands)
    _skip_the_navigation(hands)
    _connect(hands)
    _activate(hands)


def test_tab_goes_through_every_step_of_the_wizard_and_out_again(
    office: Office, arrive: Arrive
) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).fill(VIP, "VIP audience")
    for step in STEPS:
        wizard.at(step).is_at(step)
        Hands(ann.page).walk()


def test_a_dialog_holds_the_focus_and_gives_it_back(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    Wizard.of(ann, office.destination())
    hands, page = Hands(ann.page), ann.page
    hands.press_on("button", "Cancel")
    dialog = page.get_by_role("dialog", name="Discard what you chose?")
    expect(dialog.get_by_role("button", name="Keep editing")).to_be_focused()
    for _ in range(6):
        hands.press("Tab")
        # Between the last and the first stop is the browser's own.
        assert page.evaluate("document.activeElement.matches('dialog *, body')")
    hands.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()


def test_a_menu_opens_with_a_key_and_gives_the_focus_back(arrive: Arrive) -> None:
    ann = arrive()
    ann.visit("/overview/")
    hands = Hands(ann.page)
    hands.press_on("button", "Account menu of ann")
    hands.press("ArrowDown")
    expect(ann.page.get_by_role("link", name="Your settings")).to_be_focused()
    hands.press("Escape")
    expect(ann.page.get_by_role("button", name="Account menu of ann")).to_be_focused()


def test_problems_are_tried_again_without_a_mouse(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    ann.visit(office.address("activations:destination-problems"))
    hands, page = Hands(ann.page), ann.page
    hands.press_on("button", "Retry all 2 failed")
    expect(page.get_by_text("2 profiles are back in line.")).to_be_visible()
    expect(page.get_by_text("No problems")).to_be_visible()
    hands.walk()


def _sign_in(somebody: Person, hands: Hands) -> None:
    somebody.visit("/")
    expect(somebody.page.get_by_label("Username")).to_be_focused()
    hands.type("ann")
    hands.press("Tab")
    hands.type(factories.PASSWORD)
    hands.press("Enter")
    expect(somebody.page.get_by_role("heading", level=1)).to_be_visible()
    expect(somebody.page).not_to_have_url(re.compile("sign-in"))


def _skip_the_navigation(hands: Hands) -> None:
    page = hands.page
    hands.press("Tab")
    link = page.get_by_role("link", name="Skip to content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    hands.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    hands.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def _connect(hands: Hands) -> None:
    page = hands.page
    page.reload()
    hands.press_on("link", "Destinations")
    hands.press_on("link", "Browse")
    hands.press_on("button", "Configure new destination", "Space")
    hands.go_to("combobox", "Account *")
    hands.type("Acme Sell")
    hands.press_on("button", "Connect to destination")
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Next")).to_be_focused()
    hands.press("Enter")
    expect(page.get_by_label("Name")).to_be_focused()
    hands.type("Without a mouse")
    hands.press("Enter")
    expect(page.get_by_role("heading", name="Select audiences")).to_be_visible()


def _activate(hands: Hands) -> None:
    page = hands.page
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        hands.press_on("checkbox", VIP, "Space")
    hands.press_on("button", "Next")
    hands.press_on("button", "Add new mapping")
    opener = hands.go_to("button", "Source field, row 4: empty")
    hands.press("Enter")
    dialog = page.get_by_role("dialog", name="Select source field")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    hands.press("Escape")
    expect(opener).to_be_focused()
    hands.press_on("button", "Remove mapping 4", "Space")
    expect(page.get_by_role("button", name="Remove mapping 4")).to_have_count(0)
    hands.press_on("button", "Next")
    hands.go_to("combobox", "Mapping ID *")
    hands.type("VIP")
    hands.press("ArrowDown")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        hands.press("Enter")
    expect(page.get_by_text("VIP audience exists in Zendesk")).to_be_visible()
    hands.press_on("button", "Next")
    hands.press_on("button", "Finish")
    expect(page.get_by_role("heading", name="Without a mouse")).to_be_visible()
