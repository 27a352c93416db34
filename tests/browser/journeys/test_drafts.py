"""A draft of the activation wizard: left, reloaded, gone back in, discarded; nothing is lost."""

import pytest
from playwright.sync_api import expect

from tests.browser.journeys.conftest import Arrive, Office, new_tab
from tests.browser.journeys.wizard import STEPS, Wizard

pytestmark = pytest.mark.browser

VIP, READERS = "VIP customers", "Newsletter readers"
TRIES = 20


def test_what_was_chosen_is_there_after_leaving_and_coming_back(
    office: Office, arrive: Arrive
) -> None:
    ann, destination = arrive(), office.destination()
    Wizard.of(ann, destination).select(VIP).next()
    ann.page.get_by_role("button", name="Save & Exit").click()
    ann.page.get_by_role("link", name="Continue activating").first.click()
    wizard = Wizard(ann)
    expect(wizard.box(VIP)).to_be_checked()
    wizard.next().next().type_mapping_id(VIP, "VIP audience").next().is_at("review")
    wizard.finish()
    expect(ann.page.get_by_role("heading", name="Zendesk")).to_be_visible()
    expect(ann.page.get_by_role("link", name="Activate audiences")).to_be_visible()


def test_reload_keeps_every_step(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select(VIP)
    ann.page.reload()
    expect(wizard.box(VIP)).to_be_checked()
    wizard.next()
    with wizard.saving():
        ann.page.get_by_label("When the source is empty, row 3").select_option("clear")
    ann.page.reload()
    expect(ann.page.get_by_label("When the source is empty, row 3")).to_have_value("clear")
    wizard.next().type_mapping_id(VIP, "VIP audience")
    ann.page.get_by_label("End date").fill("2999-12-31")
    ann.page.reload()
    expect(wizard.mapping_id(VIP)).to_have_value("VIP audience")
    expect(ann.page.get_by_label("End date")).to_have_value("2999-12-31")
    wizard.next()
    ann.page.reload()
    expect(ann.page.get_by_role("button", name="Finish")).to_be_enabled()


def test_a_reload_in_the_middle_of_a_word_loses_no_key(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select(VIP).next().next()
    wizard.mapping_id(VIP).press_sequentially("VIP audi")
    with wizard.saving():
        ann.page.reload()
        expect(wizard.mapping_id(VIP)).to_have_value("VIP audi")
    # It is the draft that has it now, not only this tab.
    tab = Wizard(new_tab(ann))
    tab.person.page.goto(ann.page.url)
    expect(tab.mapping_id(VIP)).to_have_value("VIP audi")


def test_a_reload_beside_a_suggested_name_loses_no_key(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select(VIP).next().next()
    wizard.type_mapping_id(VIP, "VIP audiense")
    # Its button bears the name of the field.
    suggested = ann.page.get_by_role("button", name="Use “VIP audience”")
    expect(suggested).to_be_visible()
    wizard.mapping_id(VIP).press("End")
    wizard.mapping_id(VIP).press_sequentially("s")
    ann.page.reload()
    expect(suggested).to_be_visible()
    expect(wizard.mapping_id(VIP)).to_have_value("VIP audienses")


def test_a_page_made_before_the_last_save_arrived_is_made_anew(
    office: Office, arrive: Arrive
) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select(VIP).next().next()
    before = ann.page.request.get(ann.page.url)
    with wizard.saving(what="2999-12-31"):
        ann.page.get_by_label("End date").fill("2999-12-31")
    # What a reload shows that overtakes a save which is still told to the page it leaves.
    ann.page.route(ann.page.url, lambda route: route.fulfill(response=before), times=1)
    ann.page.reload()
    expect(ann.page.get_by_label("End date")).to_have_value("2999-12-31")


def test_leaving_in_the_middle_of_a_word_loses_no_key(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select(VIP).next().next()
    address = ann.page.url
    wizard.mapping_id(VIP).press_sequentially("VIP audi")
    ann.visit("/overview/")
    # What a page sends as it goes is told to nobody: looked for where it arrives.
    tab = Wizard(new_tab(ann))
    tab.person.page.goto(address)
    for _ in range(TRIES):
        if tab.mapping_id(VIP).input_value() == "VIP audi":
            break
        tab.person.page.wait_for_timeout(500)
        tab.person.page.reload()
    expect(tab.mapping_id(VIP)).to_have_value("VIP audi")


def test_the_browsers_back_shows_each_step_as_it_was_left(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).fill(VIP, "VIP audience")
    for step in reversed(STEPS[:-1]):
        ann.page.go_back()
        wizard.is_at(step)
        if step == "schedule":
            expect(wizard.mapping_id(VIP)).to_have_value("VIP audience")
    expect(wizard.box(VIP)).to_be_checked()
    wizard.select(READERS)
    for step in STEPS[1:]:
        ann.page.go_forward()
        wizard.is_at(step)
    expect(ann.page.get_by_role("rowheader", name=READERS)).to_be_visible()
    expect(ann.page.get_by_role("button", name="Finish")).to_be_disabled()


def test_the_wizards_back_saves_what_was_typed_on_the_way(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select(VIP).next().next()
    wizard.mapping_id(VIP).fill("half a na")
    ann.page.get_by_role("button", name="Back").click()
    wizard.is_at("mapping").next().is_at("schedule")
    expect(wizard.mapping_id(VIP)).to_have_value("half a na")


def test_a_discarded_draft_is_gone_and_what_is_sent_stays(office: Office, arrive: Arrive) -> None:
    ann, destination = arrive(), office.destination()
    Wizard.of(ann, destination).fill(VIP, "VIP audience").finish()
    Wizard.of(ann, destination).select(READERS)
    ann.page.get_by_role("button", name="Cancel").click()
    dialog = ann.page.get_by_role("dialog", name="Discard what you chose?")
    dialog.get_by_role("button", name="Keep editing").click()
    expect(ann.page.get_by_role("button", name="Cancel")).to_be_focused()
    ann.page.get_by_role("button", name="Cancel").click()
    dialog.get_by_role("button", name="Discard").click()
    expect(ann.page.get_by_text("What you chose was discarded")).to_be_visible()
    wizard = Wizard.of(ann, destination)
    expect(wizard.box(VIP)).to_be_checked()
    expect(wizard.box(READERS)).not_to_be_checked()


def test_going_back_after_finish_leads_to_the_destination(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    Wizard.of(ann, office.destination()).fill(VIP, "VIP audience").finish()
    expect(ann.page.get_by_text("sends what you chose")).to_be_visible()
    ann.page.go_back()
    expect(ann.page.get_by_text("This was finished already.")).to_be_visible()
