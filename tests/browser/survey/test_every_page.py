"""Every page and all that opens over it: axe finds nothing, nothing sticks out, nothing fails.

The pages are those of the URL configuration, filled with the rows of `tests.browser.scene`; what
opens over them is found by what opens it. Photographs of all of them are kept.
"""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from connections import access
from tests.browser.critic import Critic, critic
from tests.browser.filled import Filled, filled
from tests.browser.visits import NO_PAGES, one_of_each

pytestmark = pytest.mark.browser


def test_every_page_and_what_opens_over_it_is_sound(plain: Filled, browser: Critic) -> None:
    for visit in browser.pages(plain.visits):
        browser.judge(visit.name)
        for name, selector in browser.unseen_overlays(visit):
            browser.judge(name, within=selector)
    assert not browser.faults, browser.report


def test_no_column_is_out_of_sight_on_a_laptop(plain: Filled, browser: Critic) -> None:
    for visit in browser.pages(one_of_each(plain.visits)):
        browser.judge_laptop(visit.name)
    assert not browser.faults, browser.report


# Where it shows that something is hidden from who looks.
CLOSED = {
    "overview",
    "activations:choose",
    "activations:browse",
    "activations:destination-detail",
    "activations:destination-data",
    "activations:destination-settings",
    "activations:person",
}


def test_what_access_labels_leave_of_a_page_is_sound(plain: Filled, browser: Critic) -> None:
    shown = [visit for visit in one_of_each(plain.visits) if visit.route in CLOSED]
    assert {visit.route for visit in shown} == CLOSED
    for visit in browser.pages([replace(visit, by="kim") for visit in shown]):
        browser.judge(f"{visit.name}-by-label")
    assert not browser.faults, browser.report


def test_what_is_said_to_be_no_page_is_none(plain: Filled, browser: Critic) -> None:
    known = {route.name for route in access.routes()}
    assert set(NO_PAGES) - known == set()
    stale = [
        visit.route
        for visit in plain.visits
        if visit.route in NO_PAGES and browser.answers_a_page(visit)
    ]
    assert stale == []


def test_every_page_of_an_empty_workspace_is_sound(open_chromium: Browser, tmp_path: Path) -> None:
    with (
        filled(kind="empty", data=tmp_path) as there,
        critic(there=there, browser=open_chromium, title="empty") as browser,
    ):
        for visit in browser.pages(there.visits):
            browser.judge(visit.name)
        assert not browser.faults, browser.report
