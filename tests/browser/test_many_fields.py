"""The target picker of an account with more custom fields than a window lists."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from connections.zendesk.sandbox import Sandbox, Switches, definitions, serve_in_thread
from tests import factories
from tests.browser import product
from tests.browser.conftest import Person
from tests.browser.product import Product

pytestmark = pytest.mark.browser

COUNT = 1_000
AUDIENCE = "7841ba61-23c1-4bb3-a495-00d3a5fe1e93"
WORKSPACE = f"""\
version: 1
accounts: [{{name: Acme Sell, platform: zendesk-sell, token_env: ZENDESK_TOKEN}}]
audiences: [{{id: {AUDIENCE}, name: VIP customers}}]
destinations:
  - name: Zendesk CRM
    account: Acme Sell
    mappings:
      - {{source: "IdentityMap: Email", target: "Identity: email"}}
      - {{source: "xdm: person.name.lastName", target: "xdm: last_name"}}
      - {{source: "xdm: jobTitle", target: "xdm: custom_fields.Field 0999"}}
    audiences: [{{audience: "ups/{AUDIENCE}", mapping_id: Field 0998}}]
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Product]:
    """The product, its Zendesk with a thousand fields."""
    simulator = Sandbox(tokens=(factories.TOKEN,), switches=Switches(throttle_style="off"))
    fields = [{"name": f"Field {number:04}", "type": "string"} for number in range(COUNT)]
    simulator.fields.replace(definitions=definitions.parse(entries=fields))
    with (
        serve_in_thread(simulator) as zendesk,
        product.serve(data=tmp_path, zendesk_url=zendesk.url) as served,
    ):
        yield served


def test_any_of_many_fields_is_found_by_typing(person: Person, tmp_path: Path) -> None:
    person.product.environment["ZENDESK_TOKEN"] = factories.TOKEN
    workspace = tmp_path / "workspace.yaml"
    workspace.write_text(WORKSPACE)
    person.product.run("apply", str(workspace))
    person.product.run("check_connection", "Zendesk CRM")
    page = person.page
    page.goto(person.product.run("signin_link", "--url", person.product.url)["link"])
    person.visit("/destinations/browse/")
    page.get_by_role("link", name="Zendesk CRM", exact=True).click()
    page.get_by_role("link", name="Activate audiences").first.click()
    page.get_by_role("button", name="Next").click()
    _finds_what_is_not_listed(page)
    _starts_whole_again(page)
    _keeps_the_focus_while_the_list_is_replaced(page)
    _asks_nothing_about_a_field_that_was_left_at_once(page)
    assert person.complaints == []


def _finds_what_is_not_listed(page: Page) -> None:
    page.get_by_role("button", name="Add new mapping").click()
    picker = _open(page, "Target field, row 4")
    expect(picker.get_by_text("699 more custom fields fit")).to_be_visible()
    expect(_field(picker, "Field 0777")).to_have_count(0)
    page.keyboard.type("field 077")
    expect(_field(picker, "Field 0777")).to_be_visible()
    expect(picker.locator("[data-value]:visible")).to_have_count(11)
    page.keyboard.type("x")
    expect(picker.locator("[data-none]:visible")).to_have_text("Nothing fits this search.")
    page.keyboard.press("Backspace")
    expect(_field(picker, "Field 0770")).to_be_visible()
    page.keyboard.press("Enter")
    expect(_field(picker, "Field 0077")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Target field, row 4")).to_contain_text("Field 0770")


def _starts_whole_again(page: Page) -> None:
    """Without words, with what the row has chosen, and with what another row has closed."""
    picker = _open(page, "Target field, row 3")
    expect(_field(picker, "Field 0999")).to_have_attribute("aria-selected", "true")
    expect(picker.get_by_label("Search: Select attributes")).to_have_value("")
    expect(_field(picker, "Field 0001")).to_have_count(1)
    page.keyboard.type("0770")
    expect(_field(picker, "Field 0770")).to_be_visible()
    expect(_field(picker, "Field 0770")).to_have_attribute("aria-disabled", "true")


def _keeps_the_focus_while_the_list_is_replaced(page: Page) -> None:
    """Whoever types and goes on by key at once is faster than the server's answer."""
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    picker = _open(page, "Target field, row 3")
    page.keyboard.type("field 012")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    expect(_field(picker, "Field 0129")).to_be_focused()
    expect(picker.locator('[data-searched="field 012"]')).to_be_attached()
    expect(_field(picker, "Field 0129")).to_be_focused()


def _asks_nothing_about_a_field_that_was_left_at_once(page: Page) -> None:
    """Back on its group before the server was asked."""
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    picker = _open(page, "Target field, row 3")
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    # Asked later than a question about the field would have been.
    page.keyboard.type("field 013")
    expect(picker.locator('[data-searched="field 013"]')).to_be_attached()


def _open(page: Page, button: str) -> Locator:
    page.get_by_role("button", name=button).click()
    picker = page.get_by_role("dialog")
    expect(picker.get_by_label("Search: Select attributes")).to_be_focused()
    return picker


def _field(picker: Locator, name: str) -> Locator:
    return picker.locator(f'[data-value="xdm: custom_fields.{name}"]')
