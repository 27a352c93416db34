"""An invitation between two browsers, a role taken away while its page is open, time zones."""

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Person

pytestmark = pytest.mark.browser


def test_ann_invites_cy_and_takes_the_role_away_again(person: Person) -> None:
    _come_in_as_ann(person)
    link = _invite(person)
    cy = _accept(person, link)
    _lose_the_role_while_the_page_is_open(person, cy)
    _choose_a_time_zone(person)
    assert person.complaints == []


def _come_in_as_ann(person: Person) -> None:
    person.page.goto(person.product.run("signin_link", "--url", person.product.url)["link"])
    _choose_name(person.page, "ann")


def _invite(person: Person) -> str:
    page = person.page
    page.get_by_role("link", name="People").click()
    person.photograph("people-alone")
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("E-mail").fill("cy@example.org")
    page.get_by_label("Support agent").check()
    person.photograph("people-invite")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("heading", name="The link is ready")).to_be_visible()
    person.photograph("people-invitation")
    link = page.get_by_role("button", name="Copy sign-in link").get_attribute("data-copy")
    assert link is not None
    return link


def _accept(person: Person, link: str) -> Page:
    """A browser of Cy's own."""
    browser = person.context.browser
    assert browser is not None
    page = browser.new_context().new_page()
    page.goto(link)
    page.get_by_role("button", name="Accept the invitation").click()
    _choose_name(page, "cy")
    expect(page.get_by_role("link", name="Audiences")).to_be_visible()
    expect(page.get_by_role("link", name="People")).to_have_count(0)
    return page


def _lose_the_role_while_the_page_is_open(person: Person, cy: Page) -> None:
    """What the open page still offers is refused, in words that say what to do."""
    page = person.page
    page.get_by_role("link", name="Done").click()
    page.get_by_role("button", name="Actions for cy").click()
    page.get_by_role("link", name="Change roles").click()
    person.photograph("people-roles-of-one")
    page.get_by_label("Support agent").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The roles of cy were saved.")).to_be_visible()
    refusal = "This needs the permission “View Segments”. Ask ann, who can change your roles."
    cy.evaluate("htmx.ajax('GET', '/audiences/', {target: '#main'})")
    expect(cy.get_by_role("log")).to_contain_text(refusal)
    cy.get_by_role("link", name="Audiences").click()
    expect(cy.get_by_role("heading", name="Not allowed")).to_be_visible()
    expect(cy.get_by_text("“View Segments”")).to_be_visible()
    cy.get_by_role("link", name="Go to the start page").click()
    expect(cy.get_by_role("heading", name="Your settings")).to_be_visible()


def _choose_a_time_zone(person: Person) -> None:
    page = person.page
    person.visit("/settings/")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your settings were saved.")).to_be_visible()
    person.photograph("settings")
    last_sign_in = page.locator("main time")
    title = last_sign_in.get_attribute("title") or ""
    assert "GMT+9" in title
    assert "UTC" in title
    person.visit("/people/roles/")
    person.photograph("roles")
    page.get_by_role("link", name="Marketer").click()
    person.photograph("role")


def _choose_name(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("New password", exact=False).first.fill(factories.PASSWORD)
    page.get_by_label("confirmation", exact=False).fill(factories.PASSWORD)
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_text(f"From now on you sign in as {name}.")).to_be_visible()
