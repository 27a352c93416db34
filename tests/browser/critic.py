"""Somebody who opens page after page and finds fault: axe in both themes, layout in both widths."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser import axe, layout, overlays
from tests.browser.conftest import ARTEFACTS, LAPTOP, NARROW, WIDE
from tests.browser.filled import Filled
from tests.browser.listening import listen
from tests.browser.scene.words import MARK
from tests.browser.visits import NO_PAGES, Visit

# The same name in every run.
_HEX = re.compile(r"-?[0-9a-f]{32}")
_OPEN_DETAILS = "for (const one of document.querySelectorAll('details')) one.open = true"


@dataclass(slots=True)
class Critic:
    """`faults` is everything that was wrong so far, each with the page it was on."""

    page: Page
    url: str
    sessions: dict[str, str]
    title: str
    heard: list[str]
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def report(self) -> str:
        """All faults, a line each."""
        return "\n".join(self.faults)

    def pages(self, visits: Sequence[Visit]) -> Iterator[Visit]:
        """Open those that are pages, one after the other; what is none must be in NO_PAGES."""
        for visit in visits:
            if visit.route in NO_PAGES or self._takes_only_posts(visit):
                continue
            status = self.open(visit)
            if status == 200:
                yield visit
            else:
                self._note(visit.name, [f"{status} at {visit.path}; is it one of NO_PAGES?"])

    def open(self, visit: Visit) -> int:
        """Wide and light, as the person whose page it is; the status of the first answer."""
        self._be(visit.who)
        self._show(WIDE, "light")
        answer = self.page.goto(f"{self.url}{visit.path}")
        assert answer is not None
        was_sent_on = answer.request.redirected_from is not None
        return 302 if was_sent_on else answer.status

    def answers_a_page(self, visit: Visit) -> bool:
        """Whether its address is that of a whole page."""
        self._be(visit.who)
        answer = self.page.context.request.get(f"{self.url}{visit.path}", max_redirects=0)
        return answer.ok and answer.text().lstrip().startswith("<!doctype html>")

    def judge(self, name: str, *, within: str = "") -> None:
        """The page as it stands, or what stands over it: light and wide, then dark and narrow."""
        found = self._layout(name, within)
        self.page.evaluate(_OPEN_DETAILS)
        found += axe.violations(self.page, rules=axe.EVERYTHING, within=within)
        self._show(NARROW, "dark")
        # The photograph also brings every change of colour to its end.
        found += self._layout(name, within)
        found += axe.violations(self.page, rules=axe.THEME_AND_WIDTH, within=within)
        self._note(name, found)

    def judge_layout(self, name: str, *, within: str = "") -> None:
        """Only whether text stays text and everything in its place, wide and narrow."""
        found = self._layout(name, within)
        self._show(NARROW, "dark")
        found += self._layout(name, within)
        self._note(name, found)

    def judge_laptop(self, name: str) -> None:
        """Only whether every column of every table is in sight; wide again after it."""
        self._show(LAPTOP, "light")
        self._note(name, layout.cut_off(self.page))
        self._show(WIDE, "light")

    def unseen_overlays(self, visit: Visit, *, about: str = "") -> Iterator[tuple[str, str]]:
        """Open one after the other what was not opened on a page before: name and selector.

        Only those in which, or in whose button, the word `about` stands.
        """
        for opener in list(overlays.openers(self.page)):
            if opener.words in self.seen or about not in f"{opener.html} {opener.words}":
                continue
            self.seen.add(opener.words)
            self._show(WIDE, "light")
            selector = overlays.show(self.page, opener)
            name = f"{visit.name}-{_HEX.sub('', opener.id) or opener.number}"
            if opener.id and not selector:
                self._note(name, [f"{opener.html} opens nothing"])
            yield name, selector
            overlays.close(self.page)
            if not selector:
                # It took the place of something.
                self.open(visit)
                list(overlays.openers(self.page))

    def _note(self, name: str, found: list[str]) -> None:
        self.faults += [f"{name}: {one}" for one in dict.fromkeys((*found, *self.heard))]
        self.heard.clear()

    def _layout(self, name: str, within: str) -> list[str]:
        """Photographed; what is not in its place."""
        size: Any = self.page.viewport_size
        width = size["width"]
        self.page.screenshot(
            path=ARTEFACTS / f"{self.title}-{name}-{width}.png",
            # What stands over a page stands in the window.
            full_page=not within,
            animations="disabled",
        )
        if within:
            found = overlays.outside(self.page, within)
        else:
            found = [*layout.spills(self.page), *layout.squeezed(self.page)]
        if self.page.query_selector(MARK) is not None:
            found.append("text became markup")
        return [f"at {width} px: {one}" for one in found]

    def _show(self, size: Any, theme: Any) -> None:
        self.page.emulate_media(color_scheme=theme)
        if self.page.viewport_size != size:
            self.page.set_viewport_size(size)

    def _takes_only_posts(self, visit: Visit) -> bool:
        self._be(visit.who)
        answer = self.page.context.request.fetch(f"{self.url}{visit.path}", method="OPTIONS")
        return "GET" not in answer.headers.get("allow", "GET")

    def _be(self, who: str) -> None:
        context = self.page.context
        if not who:
            context.clear_cookies(name="sessionid")
            return
        cookie: Any = {"name": "sessionid", "value": self.sessions[who], "url": self.url}
        context.add_cookies([cookie])


@contextmanager
def critic(*, there: Filled, browser: Browser, title: str) -> Iterator[Critic]:
    """At a window of `browser`; its photographs begin with `title`."""
    expect.set_options(timeout=60_000)
    size: Any = WIDE
    page = browser.new_page(reduced_motion="reduce", viewport=size)
    page.set_default_timeout(60_000)
    yield Critic(
        page=page,
        url=there.product.url,
        sessions=there.sessions,
        title=title,
        heard=listen(page),
    )
    page.close()
