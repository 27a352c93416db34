"""Bad input: what was typed stays, what is wrong is said at its field, which gets the focus."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser import mistakes
from tests.browser.bad_input import Bad, is_wrong
from tests.browser.journeys.conftest import Arrive, Office
from tests.browser.journeys.wizard import Wizard

pytestmark = pytest.mark.browser

TAKEN = "Zendesk 30"

# Those of the wizards have paths of their own below, with what comes before them.
BELOW = {"connections:connect", "connections:details", "activations:upload"}
# This workspace has none to be edited; the survey tries these.
ELSEWHERE = {
    "activations:policy-edit",
    "activations:consent-policy-edit",
    "activations:labels-edit",
    "activations:custom-label",
}
FORMS = {name: bad for name, bad in mistakes.FORMS.items() if bad.route not in BELOW | ELSEWHERE}


@pytest.mark.parametrize("bad", FORMS.values(), ids=FORMS)
def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(
    office: Office, arrive: Arrive, bad: Bad
) -> None:
    somebody = arrive(bad.who)
    somebody.visit(office.address(bad.page or bad.route) + bad.query)
    bad.open(somebody.page)
    _try(somebody.page, bad)


def test_a_destination_keeps_what_was_typed(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    ann.visit(f"/destinations/{office.destination()}/edit/")
    typed = {"Name": TAKEN, "Description": "For the support team"}
    _try(ann.page, Bad("", "Save", "Name", "Another destination has this name.", typed))


def test_connecting_keeps_what_was_typed_but_the_token(arrive: Arrive) -> None:
    ann = arrive()
    ann.visit("/destinations/browse/")
    ann.page.get_by_role("button", name="Configure new destination").click()
    ann.page.get_by_role("link", name="New account").click()
    typed = {"Bearer Token": "pasted → with an arrow", "Account name": "Acme Sell"}
    message = "This cannot be a token"
    _try(
        ann.page,
        Bad("", "Connect to destination", "Bearer Token", message, typed, secret=("Bearer Token",)),
    )
    is_wrong(ann.page.get_by_label("Account name"), "Another account has this name.")
    _connect(ann.page)
    ann.page.get_by_role("link", name="Next").click()
    typed = {"Name": TAKEN, "Description": "For the support team"}
    _try(ann.page, Bad("", "Next", "Name", "Another destination has this name.", typed))


def test_the_columns_of_an_upload_keep_what_was_typed(arrive: Arrive) -> None:
    ann = arrive()
    page = ann.page
    ann.visit("/audiences/new/")
    _choose(page, "empty.csv", b"")
    page.get_by_role("button", name="Upload and preview").click()
    is_wrong(page.get_by_label("CSV file"), "empty")
    _choose(page, "people.csv", b"email,first_name,city\nann@example.org,Ann,Uppsala\n")
    page.get_by_role("button", name="Upload and preview").click()
    city = "Attribute for city"
    typed = {"Audience name": "March", "Days until members expire": "30", city: "no path at all!"}
    _try(page, Bad("", "Start import", city, "A path is made of words with dots", typed))


def test_a_schedule_says_at_once_what_is_wrong(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    wizard = Wizard.of(ann, office.destination()).select("VIP customers").next().next()
    wizard.type_mapping_id("VIP customers", "VIP audiense")
    field = wizard.mapping_id("VIP customers")
    is_wrong(field, "Did you mean “VIP audience”?")
    ann.page.reload()
    expect(field).to_have_value("VIP audiense")
    expect(field).to_be_focused()
    is_wrong(field, "Did you mean “VIP audience”?")
    wizard.type_mapping_id("VIP customers", "VIP audience")
    expect(field).to_have_attribute("aria-invalid", "false")
    end = ann.page.get_by_label("End date")
    with wizard.saving():
        end.fill("2000-01-01")
    is_wrong(end, "ends before it starts: correct one date.")
    ann.page.get_by_role("button", name="Next", exact=True).click()
    expect(ann.page.get_by_text("ends before it starts: correct one date.")).to_be_visible()
    expect(ann.page.get_by_role("button", name="Finish")).to_be_disabled()


def test_review_says_beside_the_address_that_nobody_has_it(office: Office, arrive: Arrive) -> None:
    ann = arrive()
    Wizard.of(ann, office.destination()).fill("VIP customers", "VIP audience")
    button = ann.page.get_by_role("button", name="Show request")
    button.click()
    address = ann.page.get_by_label("E-mail identity")
    is_wrong(address, "Enter the e-mail address of a profile")
    expect(address).to_be_focused()
    address.fill("nobody@example.org")
    button.click()
    is_wrong(address, "No profile has this e-mail identity.")
    expect(address).to_be_focused()
    expect(address).to_have_value("nobody@example.org")


def test_a_wrong_password_does_not_say_which_half_is_wrong(arrive: Arrive) -> None:
    somebody = arrive("")
    somebody.visit("/sign-in/")
    page = somebody.page
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(mistakes.OTHER)
    page.get_by_role("button", name="Sign in").click()
    told = page.get_by_role("alert").filter(has_text="correct")
    expect(told).to_be_focused()
    expect(page.get_by_label("Username")).to_have_value("ann")
    expect(page.get_by_label("Password")).to_have_value("")
    expect(page).to_have_title(re.compile("^Error: "))


def _try(page: Page, bad: Bad) -> None:
    bad.fill_in(page)
    bad.is_answered(page)


def _connect(page: Page) -> None:
    page.get_by_label("Bearer Token").fill(factories.TOKEN)
    page.get_by_label("Account name").fill("Acme after all")
    page.get_by_role("button", name="Connect to destination").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()


def _choose(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.set_input_files("input[type=file]", files=[file])  # type: ignore[list-item]
