"""Setting a destination up: which account, a token that is refused, and leaving in the middle."""

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Person
from tests.browser.journeys.conftest import Arrive

pytestmark = pytest.mark.browser


def test_an_existing_account_is_chosen_and_connected(arrive: Arrive) -> None:
    page = _set_up(arrive())
    _use_acme(page)
    page.get_by_role("link", name="Next").click()
    _name_it(page, "With an existing account")
    expect(page.get_by_text("To With an existing account, account Acme Sell")).to_be_visible()


def test_a_new_account_takes_a_wrong_token_and_then_the_right_one(arrive: Arrive) -> None:
    page = _set_up(arrive())
    page.get_by_role("link", name="New account").click()
    page.get_by_label("Account name").fill("Acme Outlet")
    token = page.get_by_label("Bearer Token")
    token.fill("a-token-of-nobody")
    page.get_by_role("button", name="Connect to destination").click()
    expect(page.get_by_text("Zendesk does not accept this token")).to_be_visible()
    expect(token).to_be_focused()
    expect(token).to_have_value("")
    expect(page.get_by_label("Account name")).to_have_value("Acme Outlet")
    token.fill(factories.TOKEN)
    page.get_by_role("button", name="Connect to destination").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    expect(page.get_by_text("Acme Outlet", exact=True)).to_be_visible()


def test_a_half_set_up_destination_is_left_and_gone_on_with(arrive: Arrive) -> None:
    page = _set_up(arrive())
    _use_acme(page)
    page.get_by_role("link", name="Next").click()
    address = page.url
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    page.get_by_role("link", name="Finish later").click()
    expect(page.get_by_role("heading", name="Destinations")).to_be_visible()
    page.goto(address)
    _name_it(page, "Gone on with later")


def test_a_discarded_destination_is_gone_and_its_account_stays(arrive: Arrive) -> None:
    page = _set_up(arrive())
    _use_acme(page)
    address = page.url
    page.get_by_role("button", name="Cancel").click()
    dialog = page.get_by_role("dialog", name="Discard this draft?")
    dialog.get_by_role("button", name="Discard draft").click()
    expect(page.get_by_role("heading", name="Destinations")).to_be_visible()
    assert page.context.request.get(address).status == 404
    page.goto(address.partition("/destinations/")[0] + "/destinations/accounts/")
    expect(page.get_by_role("row", name="Acme Sell")).to_be_visible()


def _set_up(person: Person) -> Page:
    person.visit("/destinations/browse/")
    person.page.get_by_role("button", name="Configure new destination").click()
    expect(person.page.get_by_role("heading", name="Set up Zendesk")).to_be_visible()
    return person.page


def _use_acme(page: Page) -> None:
    page.get_by_role("combobox", name="Account").select_option("Acme Sell")
    page.get_by_role("button", name="Connect to destination").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()


def _name_it(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading", name="Select audiences")).to_be_visible()
