"""The Mapping step with the keyboard alone: a field out of the tree, and a constant."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests import factories
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser

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
    audiences: [{{audience: "ups/{AUDIENCE}", mapping_id: VIP audience}}]
"""
# The address of the step, to which each change is posted.
SAVE = "**/mapping/**"
PEOPLE = [
    {
        "identityMap": {"Email": [{"id": f"person{n}@example.org"}]},
        "person": {"name": {"firstName": "Ann", "lastName": f"Ek {n}"}},
        "loyalty": {"tier": "gold" if n % 2 else "silver", "points": 100 * n},
    }
    for n in range(8)
]


def test_fields_are_chosen_with_the_keyboard_alone(person: Person, tmp_path: Path) -> None:
    _prepare(person, tmp_path)
    _open_the_step(person)
    _walk_the_tree(person)
    _write_a_constant(person)
    _come_back(person)
    assert person.complaints == []


def test_what_is_chosen_while_a_save_fills_in_the_row_is_kept(
    person: Person, tmp_path: Path
) -> None:
    page = person.page
    _prepare(person, tmp_path)
    _open_the_step(person)
    saves: list[Route] = []
    page.route(SAVE, lambda route: _hold(route, saves))
    _open(page, "Source field, row 3")
    page.keyboard.type("tier")
    page.keyboard.press("Enter")
    with page.expect_request(lambda request: request.method == "POST"):
        page.keyboard.press("Enter")
    _open(page, "Target field, row 3")
    for route in saves:
        route.continue_()
    page.unroute(SAVE)
    expect(page.get_by_text("The target was filled in")).to_be_visible()
    page.keyboard.type("points")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Target field, row 3")).to_contain_text("Loyalty points")
    assert person.complaints == []


def _hold(route: Route, held: list[Route]) -> None:
    if route.request.method == "POST":
        held.append(route)
    else:
        route.continue_()


def _prepare(person: Person, folder: Path) -> None:
    person.product.environment["ZENDESK_TOKEN"] = factories.TOKEN
    workspace, people = folder / "workspace.yaml", folder / "people.jsonl"
    workspace.write_text(WORKSPACE)
    people.write_text("\n".join(json.dumps(one) for one in PEOPLE))
    person.product.run("apply", str(workspace))
    person.product.run("check_connection", "Zendesk CRM")
    person.product.run("ingest", str(people))


def _open_the_step(person: Person) -> None:
    page = person.page
    page.goto(person.product.run("signin_link", "--url", person.product.url)["link"])
    person.visit("/destinations/browse/")
    page.get_by_role("link", name="Zendesk CRM", exact=True).click()
    page.get_by_role("link", name="Activate audiences").first.click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Add new mapping").click()
    expect(page.get_by_role("button", name="Source field, row 3")).to_be_visible()


def _walk_the_tree(person: Person) -> None:
    page = person.page
    picker = _open(page, "Source field, row 3")
    search = picker.get_by_label("Search: Select attributes")
    expect(search).to_be_focused()
    # Only what profiles hold, until somebody asks for all.
    expect(picker.get_by_role("treeitem", name="jobTitle")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(_item(picker, "person")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(_item(picker, "name")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(picker.get_by_role("treeitem", name="firstName")).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    expect(_item(picker, "person")).to_be_focused()
    page.keyboard.press("End")
    expect(picker.get_by_role("treeitem", name="points")).to_be_focused()
    # Who types in the tree searches.
    page.keyboard.type("tier")
    expect(search).to_have_value("tier")
    page.keyboard.press("Enter")
    expect(picker.get_by_role("treeitem", name="tier")).to_be_focused()
    expect(picker.get_by_text("8 of the 8 newest (100 %)")).to_be_visible()
    expect(picker.locator(".picker-example")).to_have_text(["gold", "silver"])
    page.keyboard.press("Enter")
    expect(picker).to_be_hidden()
    expect(page.get_by_role("button", name="Source field, row 3")).to_be_focused()
    expect(page.get_by_role("button", name="Source field, row 3")).to_contain_text("loyalty.tier")
    # Zendesk has one field of that name.
    expect(page.get_by_role("button", name="Target field, row 3")).to_contain_text("Loyalty tier")
    expect(page.get_by_text("The target was filled in")).to_be_visible()


def _write_a_constant(person: Person) -> None:
    page = person.page
    page.get_by_role("button", name="Add new mapping").click()
    picker = _open(page, "Target field, row 4")
    page.keyboard.type("points")
    page.keyboard.press("Enter")
    expect(picker.get_by_text("number")).to_be_visible()
    person.photograph("mapping-target-picker")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Target field, row 4")).to_contain_text("Loyalty points")
    _type_constant(page, "twelve")
    expect(page.get_by_text("The constant is no number")).to_be_visible()
    expect(page.get_by_label("When the source is empty, row 4")).to_be_hidden()
    _type_constant(page, "12")
    expect(page.get_by_text("The constant is no number")).to_have_count(0)


def _type_constant(page: Page, text: str) -> None:
    picker = _open(page, "Source field, row 4")
    tab = picker.get_by_role("tab", name="Constant value")
    tab.focus()
    page.keyboard.press("Enter")
    picker.get_by_label("Text for every contact").fill(text)
    page.keyboard.press("Tab")
    picker.get_by_role("button", name="Select", exact=True).press("Enter")
    expect(picker).to_be_hidden()


def _come_back(person: Person) -> None:
    """Switches are remembered, the constant is where it was, and a used field is closed."""
    page = person.page
    picker = _open(page, "Source field, row 3")
    picker.get_by_role("switch", name="Show display names for fields").check()
    expect(picker.get_by_role("treeitem", name="Loyalty tier")).to_be_visible()
    expect(picker.locator(".picker-example")).to_have_text(["gold", "silver"])
    person.photograph("mapping-source-picker")
    page.keyboard.press("Escape")
    page.reload()
    picker = _open(page, "Source field, row 4")
    expect(picker.get_by_label("Text for every contact")).to_have_value("12")
    expect(picker.get_by_label("Text for every contact")).to_be_focused()
    person.photograph("mapping-constant")
    picker.get_by_role("tab", name="Select attributes").click()
    expect(picker.get_by_role("switch", name="Show display names for fields")).to_be_checked()
    page.keyboard.press("Escape")
    picker = _open(page, "Target field, row 3")
    # Its panels come from the server; the last of them has the focus put into the search.
    expect(picker.get_by_label("Search: Select attributes")).to_be_focused()
    page.keyboard.type("points")
    expect(picker.get_by_role("treeitem", name="Loyalty tier")).to_be_hidden()
    page.keyboard.press("Enter")
    used = picker.get_by_role("treeitem", name="Loyalty points")
    expect(used).to_be_focused()
    expect(used).to_be_disabled()
    expect(picker.get_by_text("mapping 4")).to_be_visible()
    expect(picker.get_by_role("button", name="Select", exact=True)).to_be_disabled()
    page.keyboard.press("Escape")
    person.photograph("mapping-step")
    suggested = page.get_by_role("region", name="Suggested by name")
    suggested.get_by_role("button", name="Add: xdm: person.name.firstName").press("Enter")
    expect(page.get_by_role("button", name="Target field, row 5")).to_contain_text("first_name")
    expect(suggested).to_be_hidden()


def _open(page: Page, button: str) -> Locator:
    """Opened with the keyboard; the fields have come."""
    page.get_by_role("button", name=button).press("Enter")
    kind = "source" if button.startswith("Source") else "target"
    picker = page.get_by_role("dialog", name=f"Select {kind} field")
    expect(picker.get_by_role("tab", name="Select attributes")).to_be_visible()
    return picker


def _item(picker: Locator, key: str) -> Locator:
    return picker.get_by_role("treeitem", name=key, exact=True)
