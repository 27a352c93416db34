"""What each form answers to a mistake: axe finds nothing in it, and nothing sticks out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.bad_input import Bad
from tests.browser.critic import Critic, critic
from tests.browser.filled import Filled
from tests.browser.mistakes import FORMS
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser(plain: Filled, open_chromium: Browser) -> Iterator[Critic]:
    with critic(there=plain, browser=open_chromium, title="bad") as found:
        yield found


@pytest.mark.parametrize(("name", "bad"), FORMS.items(), ids=FORMS)
def test_the_answer_to_a_mistake_is_sound(
    plain: Filled, browser: Critic, name: str, bad: Bad
) -> None:
    before = len(browser.faults)
    page = bad.page or bad.route
    # Of uploads the last one is still a draft.
    path = [visit.path for visit in plain.visits if visit.route == page][-1].partition("?")[0]
    browser.open(Visit(route=page, path=path + bad.query, name=name))
    bad.open(browser.page)
    bad.fill_in(browser.page)
    bad.is_answered(browser.page)
    browser.judge(name)
    assert not browser.faults[before:], browser.report
