"""A headless Chromium that notes everything that goes wrong inside it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from connections.zendesk.sandbox import Sandbox, Switches, serve_in_thread
from tests import factories
from tests.browser import chromium as browsers
from tests.browser import product
from tests.browser.listening import listen
from tests.browser.product import Product

ARTEFACTS = product.ROOT / "test-artefacts"
WIDE, NARROW = {"width": 1360, "height": 900}, {"width": 360, "height": 800}
LAPTOP = {"width": 1280, "height": 800}


@dataclass(slots=True)
class Person:
    """Somebody at the browser. `complaints` are console errors, exceptions and failed requests."""

    page: Page
    product: Product
    context: BrowserContext
    complaints: list[str]

    def visit(self, path: str) -> None:
        self.page.goto(f"{self.product.url}{path}")

    def photograph(self, name: str) -> None:
        """The page as it stands: light, dark and on a narrow screen; nothing may stick out.

        A picture takes longer than all else here, so they are made with PHOTOGRAPHS=1 only.
        """
        for theme, size in (("light", WIDE), ("dark", WIDE), ("light", NARROW)):
            self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            width = size["width"]
            if os.environ.get("PHOTOGRAPHS") == "1":
                path = ARTEFACTS / f"{name}-{theme}-{width}.png"
                self.page.screenshot(path=path, full_page=True, animations="disabled")
            root = "document.documentElement"
            sticks_out = self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
            if sticks_out:
                self.complaints.append(f"{name} at {width} px sticks out by {sticks_out} px")
        self.page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light")


@pytest.fixture(scope="package")
def open_chromium(chromium: Path) -> Iterator[Browser]:
    """One for all tests here: starting it takes seconds. Each has a context of its own."""
    ARTEFACTS.mkdir(exist_ok=True)
    with browsers.opened(chromium) as browser:
        yield browser


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Product]:
    """The product, its Zendesk a sandbox with the demo's custom fields."""
    simulator = Sandbox(tokens=(factories.TOKEN,), switches=Switches(throttle_style="off"))
    with (
        serve_in_thread(simulator) as zendesk,
        product.serve(data=tmp_path, zendesk_url=zendesk.url) as served,
    ):
        yield served


@pytest.fixture
def person(running: Product, open_chromium: Browser) -> Iterator[Person]:
    # Nothing is on its way when the page is measured.
    size: Any = WIDE
    context = open_chromium.new_context(viewport=size, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    page = context.new_page()
    heard = listen(page)
    yield Person(page=page, product=running, context=context, complaints=heard)
    # Also those the test opened for somebody else.
    for one in open_chromium.contexts:
        one.close()
