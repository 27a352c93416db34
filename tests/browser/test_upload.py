"""An audience from a file, in a real browser: chosen, mapped, watched until it is there."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Person
from tests.sources import ROOT

pytestmark = pytest.mark.browser

CSV = "email;First Name;Surname\nann@example.org;Ann;Ek\nnobody;Bo;Al\ncy@example.org;Cy;Bo\n"
# What the worker's bell rings.
WORK = """
import django; django.setup()
from activations.tasks import process_uploads; process_uploads()
"""


def test_a_file_becomes_an_audience_one_can_look_into(person: Person) -> None:
    page = person.page
    page.goto(person.product.run("signin_link", "--url", person.product.url)["link"])
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    person.visit("/audiences/")
    page.get_by_role("link", name="Upload an audience").first.click()
    file = {"name": "customers.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.set_input_files("input[type=file]", files=[file])  # type: ignore[list-item]
    page.get_by_role("button", name="Upload and preview").click()
    person.photograph("upload-columns")
    page.get_by_label("Audience name").fill("March")
    page.get_by_role("button", name="Start import").click()
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    _ring(person)
    expect(page.get_by_text("Finished")).to_be_visible()
    person.photograph("upload-finished")
    page.get_by_role("link", name="Open the audience").click()
    expect(page.get_by_role("cell", name="ann@example.org")).to_be_visible()
    assert person.complaints == []


def _ring(person: Person) -> None:
    subprocess.run(
        [sys.executable, "-c", WORK], cwd=ROOT, env=person.product.environment, check=True
    )
