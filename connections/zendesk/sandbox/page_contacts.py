"""The contacts on the sandbox's page: the table, and one contact in full."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .contact_index import Contact
from .definitions import CustomFields
from .markup import Html, joined, tag

_NONE = tag("span", "–", class_="muted", title="no value")
_STATUSES = {"realized": "good", "existing": "info", "exited": "quiet"}


def card(title: str, *content: str, aside: str = "") -> Html:
    head = tag("div", tag("h2", title), aside, class_="card-head")
    return tag("section", head, *content, class_="card")


def search(*, contacts: Sequence[Contact], words: str) -> list[Contact]:
    """The contacts with these words in their name or e-mail."""
    wanted = words.strip().casefold()
    if not wanted:
        return list(contacts)
    return [
        contact
        for contact in contacts
        if wanted in f"{contact['name'] or ''}\n{contact['email'] or ''}".casefold()
    ]


def listing(*, search: str, live: Html) -> Html:
    field = tag(
        "input",
        type="search",
        name="q",
        value=search,
        placeholder="Name or e-mail",
        aria_label="Search contacts by name or e-mail",
    )
    form = tag("form", field, tag("button", "Search", class_="button"), action="/", role="search")
    return card("Contacts", tag("div", live, data_live="contacts"), aside=form)


def table(*, contacts: Sequence[Contact], fields: CustomFields, is_search: bool) -> Html:
    if not contacts:
        words = "No contact matches." if is_search else "No contacts yet. What is sent shows here."
        return tag("p", words, class_="empty")
    names = _columns(contacts, fields)
    titles = ("Name", "E-mail", *names, "Updated")
    head = tag("tr", *(tag("th", title, scope="col") for title in titles))
    rows = (tag("tr", *_cells(contact, names)) for contact in contacts)
    body = tag("table", tag("thead", head), tag("tbody", *rows))
    return tag("div", body, class_="scroll", tabindex="0", role="region", aria_label="Contacts")


def _columns(contacts: Iterable[Contact], fields: CustomFields) -> list[str]:
    """The additional fields anybody here has, in the order of their definition."""
    used = {name: None for contact in contacts for name in contact["custom_fields"]}
    defined = [field.name for field in fields.all() if field.name in used]
    return defined + [name for name in used if name not in defined]


def _cells(contact: Contact, names: Iterable[str]) -> Iterable[Html]:
    name, email = contact["name"] or "–", contact["email"]
    yield tag("td", tag("a", name, href=f"/contacts/{contact['id']}"), title=name)
    yield tag("td", _shown(email), title=email or False)
    for name in names:
        yield tag("td", _shown(contact["custom_fields"].get(name)))
    yield tag("td", _time(contact["updated_at"]), class_="muted")


def _time(spelt: str) -> Html:
    words = spelt.replace("T", " ").replace("Z", " UTC")
    return tag("time", words, datetime=spelt)


def _shown(value: Any) -> Html:
    if value is None or value == "" or value == [] or value == {}:
        return _NONE
    if isinstance(value, bool):
        return joined(("yes" if value else "no",))
    if isinstance(value, list):
        return joined(tag("span", str(part), class_="badge quiet") for part in value)
    if isinstance(value, Mapping):
        return joined((", ".join(str(part) for part in value.values() if part),))
    if isinstance(value, str) and value in _STATUSES:
        return tag("span", value, class_=f"badge {_STATUSES[value]}")
    return joined((value if isinstance(value, str) else json.dumps(value),))


def detail(*, contact: Contact, fields: CustomFields) -> Html:
    """Every attribute, and the additional fields apart."""
    kind = "Organization" if contact["is_organization"] else "Person"
    title = tag("h1", contact["name"] or "Contact")
    words = tag("p", f"{kind} {contact['id']} · updated ", _time(contact["updated_at"]))
    names = [
        field.name
        for field in fields.all()
        if field.applies(is_organization=contact["is_organization"])
    ]
    names += [name for name in contact["custom_fields"] if name not in names]
    additional = [(name, _shown(contact["custom_fields"].get(name))) for name in names]
    attributes = [
        (name.replace("_", " ").capitalize(), _shown(value))
        for name, value in contact.items()
        if name != "custom_fields"
    ]
    body = joined(
        (
            tag("div", title, words, class_="title"),
            card("Additional fields", _pairs(additional)),
            card("Attributes", _pairs(attributes)),
        )
    )
    back = tag("p", tag("a", "All contacts", href="/"))
    return joined((back, tag("div", body, data_live="contact", class_="stack")))


def _pairs(pairs: Sequence[tuple[str, Html]]) -> Html:
    if not pairs:
        return tag("p", "None are defined.", class_="empty")
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs))
