"""The page of all components, each in each of its states; it is there only while DEBUG is on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.critic import Critic, critic
from tests.browser.filled import filled
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

GALLERY = Visit(route="gallery", path="/ui/", name="gallery")


@pytest.fixture
def browser(open_chromium: Browser, tmp_path: Path) -> Iterator[Critic]:
    with (
        filled(kind="empty", data=tmp_path, DEBUG="1") as there,
        critic(there=there, browser=open_chromium, title="ui") as found,
    ):
        yield found


def test_every_component_is_sound_in_every_state(browser: Critic) -> None:
    assert browser.open(GALLERY) == 200
    browser.judge(GALLERY.name)
    for name, selector in browser.unseen_overlays(GALLERY):
        browser.judge(name, within=selector)
    assert not browser.faults, browser.report
