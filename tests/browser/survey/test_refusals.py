"""The pages that say no: each is a page like the others, with a way out."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.critic import Critic
from tests.browser.filled import Filled, filled
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("refusals")


@pytest.fixture(scope="module")
def plain(data: Path) -> Iterator[Filled]:
    with filled(kind="plain", data=data) as there:
        yield there


@pytest.mark.parametrize(
    ("path", "by", "status"),
    [("/no/such/page/", "ann", 404), ("/sign-in/unknown/", "", 410), ("/people/", "bo", 403)],
)
def test_a_page_that_is_not_there_or_not_for_this_person_is_sound(
    browser: Critic, path: str, by: str, status: int
) -> None:
    assert browser.open(Visit(route="", path=path, name=str(status), by=by)) == status
    _is_sound(browser, str(status))


def test_a_host_that_is_not_ours_is_a_bad_request(browser: Critic) -> None:
    """The product is told to be 127.0.0.1; the same server has another name too."""
    browser.url = browser.url.replace("127.0.0.1", "localhost")
    assert browser.open(Visit(route="", path="/overview/", name="400", by="")) == 400
    _is_sound(browser, "400")


def test_a_page_from_before_the_last_sign_in_is_refused_in_words(browser: Critic) -> None:
    page = browser.page
    browser.open(Visit(route="connections:settings", path="/settings/", name="old"))
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="This page is too old")).to_be_visible()
    _is_sound(browser, "403-old-page")


def test_a_failure_of_the_server_is_sound(browser: Critic, data: Path) -> None:
    """Somebody did something to the database: the last test here."""
    with sqlite3.connect(data / "zendeskdest.sqlite3") as database:
        database.execute("ALTER TABLE activations_audience RENAME TO gone")
    assert browser.open(Visit(route="", path="/audiences/", name="500")) == 500
    _is_sound(browser, "500")


def _is_sound(browser: Critic, name: str) -> None:
    # The browser itself complains about the status.
    browser.heard.clear()
    browser.judge(name)
    assert not browser.faults, browser.report
