"""A consent policy is enabled, and changed once it is, only after its question was answered."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Person
from tests.browser.journeys.conftest import Arrive
from tests.browser.journeys.keyboard import Hands

pytestmark = pytest.mark.browser

SAVED = "was saved."


def test_the_questions_are_answered_with_keys(arrive: Arrive) -> None:
    ann = arrive()
    hands, page = Hands(ann.page), ann.page
    _make(ann, "Mail with a yes")
    with _asked(ann, "Enable this consent policy?", "Mail with a yes") as dialog:
        hands.press("Escape")
        expect(dialog).to_be_hidden()
    hands.press_on("button", "Enable")
    hands.press_on("button", "Enable consent policy")
    expect(page.get_by_text("Mail with a yes is enabled")).to_be_visible()

    page.get_by_role("link", name="Mail with a yes").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Required value").fill("yes")
    hands.press("Enter")
    dialog = page.get_by_role("dialog", name="Save this consent policy?")
    expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    hands.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_label("Required value")).to_have_value("yes")
    hands.press_on("button", "Save")
    hands.press_on("button", "Save consent policy")
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(page.get_by_role("row", name="Mail with a yes")).to_contain_text("yes at")


def test_the_questions_are_asked_without_scripts_too(arrive: Arrive) -> None:
    ann = arrive(java_script_enabled=False)
    page = ann.page
    _make(ann, "Post with a yes")
    with _asked(ann, "Enable this consent policy?", "Post with a yes") as dialog:
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Enable", exact=True).click()
    page.get_by_role("button", name="Enable consent policy").click()
    page.get_by_role("link", name="Post with a yes").click()
    page.get_by_role("link", name="Edit", exact=True).click()
    page.get_by_label("Required value").fill("yes")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("button", name="Save consent policy").click()
    expect(page.get_by_text(SAVED)).to_be_visible()


def _make(somebody: Person, name: str) -> None:
    page = somebody.page
    somebody.visit("/policies/consent/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Email Targeting").check()
    page.get_by_role("combobox", name="Attribute").fill("consents.marketing.email.val")
    page.get_by_label("Required value").fill("y")
    page.get_by_role("button", name="Save").click()


@contextmanager
def _asked(somebody: Person, question: str, name: str) -> Iterator[Locator]:
    """From the list; nothing has happened before the answer."""
    somebody.page.get_by_role("row", name=name).get_by_role("link", name="Enable").click()
    dialog = somebody.page.get_by_role("dialog", name=question)
    expect(dialog).to_contain_text("No activated destination meets its conditions")
    yield dialog
    expect(somebody.page.get_by_text("Draft", exact=True)).to_be_visible()
