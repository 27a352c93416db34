"""When does a browser show something? Each page in a fresh Chromium profile, nothing cached."""

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.interleaving import say
from tests.bench.measuring import Failed
from tests.bench.pages.survey import Asked

_SIZE = {"width": 1360, "height": 900}
# Filled when the browser has painted, and with what it took to do so.
_PAINTED = "performance.getEntriesByName('first-contentful-paint').length > 0"
_LONGEST_SECONDS = 30.0
_LOOK_EVERY_MS = 20
_PAINT_MS = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
_WEIGHT = """
performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
"""


@dataclass(frozen=True, slots=True)
class Paint:
    """Milliseconds to the first contentful paint, and bytes of the page with all it loads."""

    milliseconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Painter:
    """`program` is Chromium; `cookie` signs in."""

    program: Path
    host: str
    cookie: str

    def paint(self, *, asked: Sequence[Asked], visits: int) -> dict[str, Paint]:
        """Medians of some visits, all pages in turn, by label."""
        found: dict[str, list[Paint]] = defaultdict(list)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=self.program, args=["--no-sandbox"]
            )
            for number in range(visits):
                say(f"visit {number + 1} of {visits}")
                for one in asked:
                    if paint := self._visit(browser, one):
                        found[one.label].append(paint)
            browser.close()
        return {
            label: Paint(median(p.milliseconds for p in paints), max(p.bytes for p in paints))
            for label, paints in found.items()
        }

    def _visit(self, browser: Browser, one: Asked) -> Paint | None:
        """None: a part of a page, which shows nothing by itself."""
        context = browser.new_context(viewport=_SIZE)  # type: ignore[arg-type]
        name, _, value = self.cookie.partition("=")
        url = f"http://{self.host}"
        context.add_cookies([{"name": name, "value": value, "url": url}])
        try:
            page = context.new_page()
            answer = page.goto(f"{url}{one.path}", wait_until="load")
            if answer is None or (answer.status >= 400 and answer.status != 410):
                raise Failed(f"{one.path} answered the browser {answer and answer.status}")
            if page.locator("main").count() == 0:
                return None
            _await_paint(page, one)
            return Paint(page.evaluate(_PAINT_MS), page.evaluate(_WEIGHT))
        finally:
            context.close()


def _await_paint(page: Page, one: Asked) -> None:
    """Asked from outside: the content security policy allows no expression to wait inside."""
    ends_at = time.monotonic() + _LONGEST_SECONDS
    while not page.evaluate(_PAINTED):
        if time.monotonic() >= ends_at:
            raise Failed(f"{one.path} painted nothing within {_LONGEST_SECONDS:g} s")
        page.wait_for_timeout(_LOOK_EVERY_MS)
