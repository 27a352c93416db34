"""The activation wizard as a person clicks through it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Response, expect

from tests.browser.conftest import Person

STEPS = ("audiences", "mapping", "schedule", "review")


@dataclass(frozen=True, slots=True)
class Wizard:
    """An open draft in one tab."""

    person: Person

    @classmethod
    def of(cls, person: Person, destination: str) -> "Wizard":
        """Opens, or goes on with, the person's draft for a destination (its UUID)."""
        person.visit(f"/destinations/{destination}/activate/")
        expect(person.page.get_by_role("heading", name="Select audiences")).to_be_visible()
        return cls(person)

    def at(self, step: str) -> "Wizard":
        """Straight to a step by its address."""
        address = re.sub(
            r"/(audiences|mapping|schedule|review)/.*", f"/{step}/", self.person.page.url
        )
        self.person.page.goto(address)
        return self

    def select(self, *audiences: str) -> "Wizard":
        for name in audiences:
            with self.saving():
                self.box(name).check()
        return self

    def box(self, audience: str) -> Locator:
        return self.person.page.get_by_label(audience, exact=True)

    def mapping_id(self, audience: str) -> Locator:
        row = self.person.page.get_by_role("group", name=audience)
        return row.get_by_label("Mapping ID")

    def type_mapping_id(self, audience: str, text: str) -> "Wizard":
        with self.saving():
            self.mapping_id(audience).fill(text)
        return self

    @contextmanager
    def saving(self, what: str = "") -> Iterator[None]:
        """What is done inside is saved: it was sent, with `what`, and the page says so."""
        page = self.person.page

        def is_it(answer: Response) -> bool:
            return answer.request.method == "POST" and what in (answer.request.post_data or "")

        with page.expect_response(is_it):
            yield
        expect(page.get_by_text("Saved", exact=True)).to_be_visible()

    def next(self) -> "Wizard":
        page = self.person.page
        before = page.url
        page.get_by_role("button", name="Next", exact=True).click()
        expect(page).not_to_have_url(before)
        return self

    def is_at(self, step: str) -> "Wizard":
        expect(self.person.page).to_have_url(re.compile(f"/{step}/"))
        return self

    def fill(self, audience: str, mapping_id: str) -> "Wizard":
        """From Select audiences to a Review from which one can finish."""
        self.select(audience).next().next()
        return self.type_mapping_id(audience, mapping_id).next().is_at("review")

    def finish(self) -> None:
        self.person.page.get_by_role("button", name="Finish").click()
