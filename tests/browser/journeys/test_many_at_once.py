"""What is done to many audiences at once; each of it outlives a reload and the browser's Back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.journeys.conftest import Arrive, Office
from tests.browser.journeys.wizard import Wizard

pytestmark = pytest.mark.browser

VIP, READERS, CHURN = "VIP customers", "Newsletter readers", "Churn risk"


def test_all_that_match_are_selected_and_cleared(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    Wizard.of(ann, office.destination())
    page = ann.page
    page.goto(f"{page.url}?q=Zone")
    page.get_by_role("button", name="Select all 30 audiences that match").click()
    told = page.get_by_role("status").filter(has_text="that match are selected.")
    expect(told).to_have_text("All 30 audiences that match are selected.")
    page.reload()
    expect(told).to_have_text("All 30 audiences that match are selected.")
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_label("Zone 30", exact=True)).to_be_checked()
    page.go_back()
    expect(page.get_by_label("Zone 01", exact=True)).to_be_checked()
    page.get_by_role("button", name="Clear the 30 selected").click()
    dialog = page.get_by_role("dialog", name="Clear the selection?")
    dialog.get_by_role("button", name="Clear", exact=True).click()
    expect(told).to_have_text("0 of 30 audiences that match are selected.")
    page.reload()
    expect(page.get_by_label("Zone 01", exact=True)).not_to_be_checked()


def test_one_edit_of_many_schedules(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select(VIP, READERS, CHURN).next().next()
    page = ann.page
    _edit_many(page)
    # Nothing was ticked, and that is said there; what was typed is kept.
    scope = page.get_by_role("group", name="Which audiences")
    expect(scope).to_have_accessible_description(re.compile("Tick at least one audience below"))
    expect(scope.get_by_role("radio").first).to_be_focused()
    expect(page.get_by_label("End date").nth(0)).to_have_value("2999-12-31")
    page.get_by_label("Tick VIP customers").check()
    page.get_by_label("Tick Churn risk").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("The dates of 2 audiences were set.")).to_be_visible()
    _ends(wizard, {VIP: "2999-12-31", CHURN: "2999-12-31", READERS: ""})
    page.reload()
    _ends(wizard, {VIP: "2999-12-31", CHURN: "2999-12-31", READERS: ""})
    wizard.next().is_at("review")
    page.go_back()
    _ends(wizard, {VIP: "2999-12-31", CHURN: "2999-12-31", READERS: ""})


def test_a_constant_is_written_to_every_contact(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select(VIP).next()
    page = ann.page
    page.get_by_role("button", name="Add new mapping").click()
    _write_constant(page, "Spring campaign")
    with wizard.saving():
        _choose_target(page, "title")
    constant = page.get_by_role("button", name="Source field, row 4")
    expect(constant).to_contain_text("Spring campaign")
    page.reload()
    expect(constant).to_contain_text("Spring campaign")
    wizard.next().is_at("schedule")
    page.go_back()
    expect(constant).to_contain_text("Spring campaign")
    wizard.next().type_mapping_id(VIP, "VIP audience").next().is_at("review")
    expect(page.get_by_role("row").filter(has_text="Spring campaign")).to_be_visible()


def test_activate_now_asks_first_and_is_done_once(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    page = ann.page
    ann.visit(office.address("activations:destination-data"))
    button = page.get_by_role("button", name="Activate now")
    expect(button).to_be_disabled()
    dialog = _ask(page)
    dialog.get_by_role("button", name="Cancel").click()
    expect(button).to_be_focused()
    dialog = _ask(page)
    expect(dialog).to_contain_text("Everybody who is in it now is sent once more")
    dialog.get_by_role("button", name="Yes, activate now").click()
    expect(page.get_by_text("1 audience is queued: all members are sent again.")).to_be_visible()
    job = page.get_by_role("row").filter(has_text="Queued")
    expect(job).to_contain_text(VIP)
    page.reload()
    expect(job).to_contain_text(VIP)
    page.go_back()
    ann.visit(office.address("activations:destination-data"))
    # A second time, also from a page that was open before, is refused in words.
    dialog = _ask(page)
    expect(dialog).to_contain_text("It is being sent again at this moment.")
    ann.photograph("46-activate-now-refused")


def _edit_many(page: Page) -> None:
    page.get_by_text("Edit many at once").click()
    page.get_by_label("End date").nth(0).fill("2999-12-31")
    page.get_by_role("button", name="Apply").click()


def _ends(wizard: Wizard, dates: dict[str, str]) -> None:
    for audience, day in dates.items():
        row = wizard.person.page.get_by_role("group", name=audience)
        expect(row.get_by_label("End date")).to_have_value(day)


def _write_constant(page: Page, text: str) -> None:
    page.get_by_role("button", name="Source field, row 4").click()
    picker = page.get_by_role("dialog", name="Select source field")
    picker.get_by_role("tab", name="Constant value").click()
    picker.get_by_label("Text for every contact").fill(text)
    picker.get_by_role("button", name="Select", exact=True).click()
    expect(picker).to_be_hidden()


def _choose_target(page: Page, name: str) -> None:
    page.get_by_role("button", name="Target field, row 4").click()
    picker = page.get_by_role("dialog", name="Select target field")
    picker.get_by_role("searchbox").fill(name)
    picker.get_by_role("treeitem", name=re.compile(f"^{name} ")).click()
    picker.get_by_role("button", name="Select", exact=True).click()
    expect(picker).to_be_hidden()


def _ask(page: Page) -> Locator:
    page.get_by_label(f"Select {VIP}").check()
    page.get_by_role("button", name="Activate now").click()
    return page.get_by_role("dialog")
