"""What a page leads to: its links, what htmx will ask for, and its forms that only read."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

# What people type into a search field: a letter that most names have.
WORD = "e"


@dataclass(frozen=True, slots=True)
class Link:
    """An address without its host; `is_htmx`: asked for by htmx, for a part of the page."""

    path: str
    is_htmx: bool = False

    @property
    def shape(self) -> tuple[frozenset[tuple[str, str]], bool]:
        """Of the query: equal for what differs in a page's number, an id or a cursor only."""
        asked = parse_qsl(urlsplit(self.path).query)
        return frozenset((key, _kind(value)) for key, value in asked), self.is_htmx


def found_in(*, html: str, at: str) -> list[Link]:
    """Those to addresses with a query; the plain ones come from the URL configuration."""
    reader = _Reader(at)
    reader.feed(html)
    reader.close()
    return [link for link in reader.links() if urlsplit(link.path).query]


def _kind(value: str) -> str:
    is_identifier = value.isdigit() or len(value) >= 32
    return "…" if is_identifier else value


@dataclass(slots=True)
class _Form:
    """A form that is sent by GET; each choice is tried by itself."""

    action: str
    # What is sent in any case.
    fixed: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, at: str) -> None:
        super().__init__()
        self._at = at
        self._links: list[Link] = []
        self._forms: list[_Form] = []
        self._form: _Form | None = None
        self._select = ""

    def links(self) -> Iterator[Link]:
        yield from self._links
        for form in self._forms:
            for choice in form.choices:
                asked = urlencode([*form.fixed, choice])
                yield Link(f"{form.action}?{asked}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in told:
            self._add(told["href"], is_htmx=False)
        if "hx-get" in told:
            self._add(told["hx-get"], is_htmx=True)
        if tag == "form":
            self._form = _form(told, self._at)
        elif self._form is not None:
            self._control(self._form, tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self._forms.append(self._form)
            self._form = None

    def _add(self, target: str, *, is_htmx: bool) -> None:
        parts = urlsplit(urljoin(f"http://here{self._at}", target))
        if parts.netloc == "here" and parts.scheme == "http":
            query = f"?{parts.query}" if parts.query else ""
            self._links.append(Link(f"{parts.path}{query}", is_htmx))

    def _control(self, form: _Form, tag: str, told: dict[str, str]) -> None:
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and told.get("value"):
            form.choices.append((self._select, told["value"]))
        elif tag == "input" and name:
            if kind == "hidden":
                form.fixed.append((name, told.get("value", "")))
            elif kind in ("checkbox", "radio"):
                form.choices.append((name, told.get("value", "on")))
            elif kind in ("search", "text"):
                form.choices.append((name, WORD))


def _form(told: dict[str, str], at: str) -> _Form | None:
    if told.get("method", "get").lower() != "get":
        return None
    target = urlsplit(urljoin(f"http://here{at}", told.get("action", "")))
    return _Form(action=target.path)
