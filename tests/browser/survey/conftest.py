"""What the surveys look at."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.critic import Critic, critic
from tests.browser.filled import Filled, filled


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with filled(kind="plain", data=tmp_path_factory.mktemp("plain")) as there:
        yield there


@pytest.fixture
def browser(
    request: pytest.FixtureRequest, plain: Filled, open_chromium: Browser
) -> Iterator[Critic]:
    """Its photographs are named after the file whose test it is."""
    title = request.path.stem.removeprefix("test_")
    with critic(there=plain, browser=open_chromium, title=title) as found:
        yield found
