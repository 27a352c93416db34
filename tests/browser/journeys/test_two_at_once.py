"""Two tabs, two people: the second is told, nobody's work is lost, and there is a way out."""

import pytest
from playwright.sync_api import expect

from tests.browser.journeys.conftest import Arrive, Office, new_tab
from tests.browser.journeys.wizard import Wizard

pytestmark = pytest.mark.browser

VIP, READERS = "VIP customers", "Newsletter readers"
TOLD = "Changed in another tab."


def test_the_second_of_two_tabs_is_told_and_overwrites_nothing(
    office: Office, arrive: Arrive
) -> None:
    ann, destination = arrive(), office.destination()
    first = Wizard.of(ann, destination)
    second = Wizard.of(new_tab(ann), destination)
    first.select(VIP)
    second.box(READERS).check()
    page = second.person.page
    expect(page.get_by_text(TOLD)).to_be_visible()
    # It stays so until the newest is shown, whatever is tried.
    second.box("Churn risk").check()
    page.get_by_role("button", name="Next", exact=True).click()
    expect(page.get_by_text(TOLD)).to_be_visible()
    second.is_at("audiences")
    page.get_by_role("link", name="Show the newest").click()
    expect(second.box(VIP)).to_be_checked()
    expect(second.box(READERS)).not_to_be_checked()
    second.select(READERS)
    first.person.page.reload()
    expect(first.box(READERS)).to_be_checked()


def test_a_draft_that_was_finished_in_the_other_tab_leads_to_the_destination(
    office: Office, arrive: Arrive
) -> None:
    ann, destination = arrive(), office.destination()
    first = Wizard.of(ann, destination)
    first.fill(VIP, "VIP audience")
    second = Wizard(new_tab(ann))
    second.person.page.goto(first.person.page.url)
    first.finish()
    second.finish()
    expect(second.person.page.get_by_text("This was finished already.")).to_be_visible()


def test_the_second_to_finish_is_told_and_loses_nothing(office: Office, arrive: Arrive) -> None:
    ann, bo, destination = arrive("ann"), arrive("bo"), office.destination()
    hers, his = Wizard.of(ann, destination), Wizard.of(bo, destination)
    his.fill(READERS, "Newsletter audience")
    hers.fill(VIP, "VIP audience").finish()
    expect(ann.page.get_by_text("sends what you chose")).to_be_visible()
    his.finish()
    page = bo.page
    expect(page.get_by_text("Nothing was changed. Somebody else changed")).to_be_visible()
    told = page.get_by_role("alert").filter(has_text="changed meanwhile, by ann")
    expect(told).to_be_focused()
    expect(told.get_by_role("listitem")).to_have_text(["Audience VIP customers: added."])
    expect(page.get_by_role("button", name="Finish")).to_be_disabled()
    bo.photograph("41-changed-meanwhile")
    told.get_by_role("button", name="Take this into my draft").click()
    expect(page.get_by_text("in your draft now, beside what you chose")).to_be_visible()
    for audience in (VIP, READERS):
        expect(page.get_by_role("rowheader", name=audience)).to_be_visible()
    his.finish()
    page.get_by_role("link", name="Activation data").click()
    for audience in (VIP, READERS):
        expect(page.get_by_role("row").filter(has_text=audience)).to_be_visible()


def test_who_gives_roles_second_is_told_and_can_still_decide(arrive: Arrive) -> None:
    ann, bo = arrive("ann"), arrive("bo")
    for person in (ann, bo):
        person.visit("/people/")
        person.page.get_by_role("button", name="Actions for cy").click()
        person.page.get_by_role("link", name="Change roles").click()
    ann.page.get_by_label("Marketer").check()
    ann.page.get_by_role("button", name="Save").click()
    expect(ann.page.get_by_text("The roles of cy were saved.")).to_be_visible()
    page = bo.page
    page.get_by_label("Support agent").check()
    page.get_by_role("button", name="Save").click()
    told = page.get_by_role("group", name="Roles")
    expect(told).to_contain_text("Somebody changed this meanwhile: now they are “Marketer”.")
    expect(page.get_by_label("Support agent")).to_be_checked()
    expect(page.get_by_label("Marketer")).not_to_be_checked()
    bo.photograph("45-roles-conflict")
    page.get_by_label("Marketer").check()
    page.get_by_role("button", name="Save").click()
    cy = page.get_by_role("row").filter(has_text="cy@example.org")
    for role in ("Marketer", "Support agent"):
        expect(cy).to_contain_text(role)


def test_both_say_something_else_about_one_audience_and_it_is_said(
    office: Office, arrive: Arrive
) -> None:
    ann, bo, destination = arrive("ann"), arrive("bo"), office.destination()
    hers, his = Wizard.of(ann, destination), Wizard.of(bo, destination)
    his.fill(VIP, "Churn risk")
    hers.fill(VIP, "VIP audience").finish()
    his.at("review")
    told = bo.page.get_by_role("alert").filter(has_text="changed meanwhile")
    expect(told).to_contain_text("Your draft says something else about it, and keeps that.")
    told.get_by_role("button", name="Take this into my draft").click()
    expect(bo.page.get_by_role("cell", name="Churn risk")).to_be_visible()
