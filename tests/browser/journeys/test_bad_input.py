"""Bad input: what was typed stays, what is wrong is said at its field, which gets the focus."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.browser.journeys.conftest import Arrive, Office
from tests.browser.journeys.wizard import Wizard

pytestmark = pytest.mark.browser

PASSWORD, OTHER = factories.PASSWORD, "another long enough sentence"
TAKEN = "Zendesk 30"


@dataclass(frozen=True, slots=True)
class Bad:
    """A form filled in wrongly: which field is wrong, and how that is said there."""

    path: str
    button: str
    wrong: str
    message: str
    typed: Mapping[str, str] = field(default_factory=dict)
    # Labels of what is never sent back.
    secret: tuple[str, ...] = ()
    who: str = "ann"


FORMS = {
    "sign-in": Bad("/sign-in/", "Sign in", "Password", "required", {"Username": "ann"}, who=""),
    "settings, a name that is taken": Bad(
        "/settings/", "Save", "Name", "Somebody else has this name.", {"Name": "bo"}
    ),
    "settings, an address that is none": Bad(
        "/settings/", "Save", "E-mail", "valid email address", {"E-mail": "ann at home"}
    ),
    "password, the old one is wrong": Bad(
        "/settings/password/",
        "Save",
        "Old password",
        "old password was entered incorrectly",
        {"Old password": OTHER, "New password": OTHER, "New password confirmation": OTHER},
        secret=("Old password", "New password", "New password confirmation"),
    ),
    "password, two different ones": Bad(
        "/settings/password/",
        "Save",
        "New password confirmation",
        "didn’t match",
        {"Old password": PASSWORD, "New password": OTHER, "New password confirmation": "else"},
        secret=("Old password", "New password", "New password confirmation"),
    ),
    "invite": Bad(
        "/people/invite/", "Invite", "E-mail", "valid email address", {"E-mail": "cy at home"}
    ),
    "role": Bad(
        "/people/roles/new/", "Save", "Name", "Another role has this name.", {"Name": "Marketer"}
    ),
    "threshold out of bounds": Bad(
        "/alerts/rules/zendesk-outage/threshold/",
        "Save",
        "Threshold in minutes",
        "Choose a number from 1 to 1440.",
        {"Threshold in minutes": "99999"},
    ),
    "webhook": Bad(
        "/alerts/webhooks/new/",
        "Create webhook",
        "Address",
        "https",
        {"Name": "Pager", "Address": "http://hooks.example.org/alerts"},
    ),
    "API key": Bad("/ingestion/api/", "Create key", "Name of a new key", "Give the key a name."),
    "look up nobody": Bad("/profiles/", "Look up", "E-mail address", "Enter an e-mail address."),
    "look up a stranger": Bad(
        "/profiles/",
        "Look up",
        "E-mail address",
        "No profile has",
        {"E-mail address": "nobody@example.org"},
    ),
    "upload": Bad("/audiences/new/", "Upload and preview", "CSV file", "Choose a CSV file."),
}


@pytest.mark.parametrize("bad", FORMS.values(), ids=FORMS)
def test_a_form_says_what_is_wrong_and_keeps_what_was_typed(arrive: Arrive, bad: Bad) -> None:
    somebody = arrive(bad.who)
    somebody.visit(bad.path)
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
        Bad("", "Connect to destination", "Bearer Token", message, typed, ("Bearer Token",)),
    )
    _is_wrong(ann.page.get_by_label("Account name"), "Another account has this name.")
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
    _is_wrong(page.get_by_label("CSV file"), "empty")
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
    _is_wrong(field, "Did you mean “VIP audience”?")
    ann.page.reload()
    expect(field).to_have_value("VIP audiense")
    expect(field).to_be_focused()
    _is_wrong(field, "Did you mean “VIP audience”?")
    wizard.type_mapping_id("VIP customers", "VIP audience")
    expect(field).to_have_attribute("aria-invalid", "false")


def test_a_wrong_password_does_not_say_which_half_is_wrong(arrive: Arrive) -> None:
    somebody = arrive("")
    somebody.visit("/sign-in/")
    page = somebody.page
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(OTHER)
    page.get_by_role("button", name="Sign in").click()
    told = page.get_by_role("alert").filter(has_text="correct")
    expect(told).to_be_focused()
    expect(page.get_by_label("Username")).to_have_value("ann")
    expect(page.get_by_label("Password")).to_have_value("")
    expect(page).to_have_title(re.compile("^Error: "))


def _try(page: Page, bad: Bad) -> None:
    for label, text in bad.typed.items():
        _field(page, label).fill(text)
    page.get_by_role("button", name=bad.button, exact=True).click()
    expect(page).to_have_title(re.compile("^Error: "))
    wrong = _field(page, bad.wrong)
    _is_wrong(wrong, bad.message)
    expect(wrong).to_be_focused()
    for label, text in bad.typed.items():
        expect(_field(page, label)).to_have_value("" if label in bad.secret else text)


def _is_wrong(field: Locator, message: str) -> None:
    """The message belongs to the field, for the eye and for a screen reader."""
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(re.escape(message)))


def _field(page: Page, label: str) -> Locator:
    """By its whole label; a mandatory one ends in an asterisk."""
    return page.get_by_label(re.compile(rf"^{re.escape(label)}( \*|\*)?$"))


def _connect(page: Page) -> None:
    page.get_by_label("Bearer Token").fill(factories.TOKEN)
    page.get_by_label("Account name").fill("Acme after all")
    page.get_by_role("button", name="Connect to destination").click()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()


def _choose(page: Page, name: str, content: bytes) -> None:
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.set_input_files("input[type=file]", files=[file])  # type: ignore[list-item]
