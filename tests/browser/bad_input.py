"""A form filled in wrongly: what is typed, and how it has to be answered."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True, slots=True)
class Bad:
    """`wrong` is the label of the field that is wrong, `message` how that is said there.

    `route` is whom the form is sent to; it stands there too, unless `page` says where.
    """

    route: str
    button: str
    wrong: str
    message: str
    typed: Mapping[str, str] = field(default_factory=dict)
    # Labels of what is never sent back.
    secret: tuple[str, ...] = ()
    who: str = "ann"
    page: str = ""
    query: str = ""
    # What is pressed, by role and name, until the form is there.
    through: tuple[tuple[str, str], ...] = ()
    # A check box whose choice was deleted since the page was loaded.
    gone: str = ""
    # Check boxes that belong together: the message is said of all of them.
    group: str = ""
    # None of them is ticked.
    has_none: bool = False
    # Takes a part of the page only, which has no title of its own.
    is_part: bool = False

    def open(self, page: Page) -> None:
        """From the page of its address to the form."""
        for role, name in self.through:
            page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]

    def fill_in(self, page: Page) -> None:
        """As somebody would who makes this mistake; then the form is sent."""
        for label, text in self.typed.items():
            _field(page, label).fill(text)
        if self.has_none:
            for box in page.get_by_role("group", name=self.group).get_by_role("checkbox").all():
                box.uncheck()
        if self.gone:
            box = _field(page, self.gone)
            box.check()
            box.evaluate("box => { box.value = '999999' }")
        page.get_by_role("button", name=self.button, exact=True).click()

    def is_answered(self, page: Page) -> None:
        """What is wrong is said at its field, which has the focus; what was typed is kept."""
        if not self.is_part:
            expect(page).to_have_title(re.compile("^Error: "))
        wrong = _field(page, self.wrong)
        said_of = page.get_by_role("group", name=self.group) if self.group else wrong
        is_wrong(wrong, self.message, said_of=said_of)
        expect(wrong).to_be_focused()
        for label, text in self.typed.items():
            expect(_field(page, label)).to_have_value("" if label in self.secret else text)


def is_wrong(field: Locator, message: str, *, said_of: Locator | None = None) -> None:
    """The message belongs to the field, for the eye and for a screen reader."""
    expect(field).to_have_attribute("aria-invalid", "true")
    described = said_of or field
    expect(described).to_have_accessible_description(re.compile(re.escape(message)))


def _field(page: Page, label: str) -> Locator:
    """The first by its whole label; a mandatory one ends in an asterisk."""
    return page.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")).first
