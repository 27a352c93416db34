"""The sandbox's own web page: what arrived, and what was asked. Nothing comes from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode

from . import page_contacts, page_requests
from .http import HTML, Reply, Request
from .markup import Html, joined, tag
from .state import Sandbox

_HERE = Path(__file__).parent / "assets"
ASSETS: Mapping[str, tuple[str, str]] = {
    "/_sandbox/page.css": ("page.css", "text/css; charset=utf-8"),
    "/_sandbox/page.js": ("page.js", "text/javascript; charset=utf-8"),
    "/_sandbox/icon.svg": ("icon.svg", "image/svg+xml"),
}
_PER_PAGE = 25
_SHOWN_REQUESTS = 50
_HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)


@dataclass(frozen=True, slots=True)
class View:
    title: str
    status: int
    body: Html


def asset(*, path: str) -> Reply:
    name, content_type = ASSETS[path]
    return Reply(200, (_HERE / name).read_bytes(), content_type, _HEADERS)


def answer(*, sandbox: Sandbox, request: Request) -> Reply:
    """The page at `/` or a contact's; 404 as a page, too."""
    if request.path == "/":
        return _reply(_overview(sandbox, request.query))
    number = request.path.removeprefix("/contacts/")
    contact_id = int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
    contact = sandbox.contacts.get(contact_id=contact_id)
    if contact is None:
        missing = page_contacts.card("Not here", tag("p", "There is no such contact."))
        return _reply(View("No such contact", 404, missing))
    body = page_contacts.detail(contact=contact, fields=sandbox.fields)
    return _reply(View(contact["name"] or "Contact", 200, body))


def _overview(sandbox: Sandbox, query: str) -> View:
    given = parse_qs(query, errors="replace")
    search, wanted = given.get("q", [""])[-1], given.get("page", ["1"])[-1]
    found = page_contacts.search(contacts=sandbox.contacts.all()[::-1], words=search)
    pages = max(1, -(-len(found) // _PER_PAGE))
    page = min(pages, max(1, int(wanted[:9]) if wanted.isascii() and wanted.isdigit() else 1))
    shown = found[(page - 1) * _PER_PAGE : page * _PER_PAGE]
    table = page_contacts.table(contacts=shown, fields=sandbox.fields, is_search=bool(search))
    body = joined(
        (
            tag("div", _figures(sandbox), class_="figures", data_live="figures"),
            page_contacts.listing(
                search=search, live=joined((table, _pager(search, page, pages, len(found))))
            ),
            page_requests.listing(records=sandbox.requests.newest(limit=_SHOWN_REQUESTS)),
        )
    )
    return View("Contacts", 200, body)


def _figures(sandbox: Sandbox) -> Html:
    requests = sandbox.requests
    refused = sum(count for status, count in requests.by_status.items() if status[0] != "2")
    figures = (
        ("Contacts", len(sandbox.contacts)),
        ("Requests", requests.total),
        ("Not answered with 2xx", refused),
        ("Most requests in a second", requests.peak_per_second),
    )
    return joined(
        tag("div", tag("span", name), tag("strong", f"{count:,}"), class_="card figure")
        for name, count in figures
    )


def _pager(search: str, page: int, pages: int, count: int) -> Html:
    def link(words: str, number: int) -> Html:
        if not 1 <= number <= pages:
            return tag("span", words, class_="button", aria_disabled="true")
        query = urlencode({"q": search, "page": number} if search else {"page": number})
        return tag("a", words, class_="button", href=f"/?{query}")

    noun = "contact" if count == 1 else "contacts"
    words = tag("span", f"{count:,} {noun} · page {page} of {pages}", class_="muted")
    return tag("nav", words, link("Newer", page - 1), link("Older", page + 1), class_="pager")


def _reply(view: View) -> Reply:
    words = "This is a simulator of Zendesk Sell. Nothing on this page is or reaches Zendesk."
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"{view.title} · Sell sandbox"),
        tag("link", rel="icon", href="/_sandbox/icon.svg"),
        tag("link", rel="stylesheet", href="/_sandbox/page.css"),
        tag("script", src="/_sandbox/page.js", defer=True),
    )
    brand = tag("a", tag("span", "S", class_="mark"), "Sell sandbox", href="/", class_="brand")
    header = tag("header", brand, tag("span", "Simulator", class_="badge warn"))
    note = tag("p", words, class_="notice", role="note")
    body = tag("body", header, tag("main", note, view.body))
    page = "<!doctype html>\n" + tag("html", head, body, lang="en")
    return Reply(view.status, page.encode("utf-8", "replace"), HTML, _HEADERS)
