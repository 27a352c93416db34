"""How tests start Chromium: without a screen, and without what draws no page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, sync_playwright

FLAGS: Final = ("--no-sandbox",)


@contextmanager
def opened(program: Path) -> Iterator[Browser]:
    """Until the block ends. Playwright allows no second one in the same thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()
