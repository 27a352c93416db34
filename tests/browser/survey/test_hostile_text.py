"""The worst text that can be stored, in every name and value: shown as text, layout intact."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.critic import critic
from tests.browser.filled import filled
from tests.browser.scene.words import MARK
from tests.browser.visits import one_of_each

pytestmark = pytest.mark.browser


def test_hostile_text_is_shown_as_text_and_stays_in_its_place(
    open_chromium: Browser, tmp_path: Path
) -> None:
    with (
        filled(kind="hostile", data=tmp_path) as there,
        critic(there=there, browser=open_chromium, title="hostile") as browser,
    ):
        for visit in browser.pages(one_of_each(there.visits)):
            browser.judge_laptop(visit.name)
            browser.judge_layout(visit.name)
            for name, selector in browser.unseen_overlays(visit, about=MARK):
                browser.judge_layout(name, within=selector)
        assert not browser.faults, browser.report
