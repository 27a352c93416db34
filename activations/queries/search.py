"""The search of the header: what a person may see and is called so; one query for each kind.

Each kind is read by the query of its own list, and only for whoever may open that list. The words
may name a person: they are in no address here once they could be an e-mail address.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, QuerySet, Window
from django.urls import reverse
from django.utils.http import urlencode

from activations import site_map
from activations.queries import audiences, destinations, policies
from activations.terms import PolicyStatus
from connections.access import may_visit
from connections.models import DestinationStatus
from connections.permissions import Permission, may
from connections.queries import accounts

Person = User | AnonymousUser

MOST_SHOWN: Final = 5
# An e-mail address is no longer (`activations.forms.PersonForm`).
LONGEST: Final = 320
_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+")


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its name, what tells it from others of that name, and where it is."""

    name: str
    note: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `url` leads to all of it, and is empty where no address may."""

    name: str
    icon: str
    hits: Sequence[Hit]
    total: int
    url: str = ""

    @property
    def hidden(self) -> int:
        """How many are not shown."""
        return self.total - len(self.hits)


@dataclass(frozen=True, slots=True)
class Found:
    """All that was found; `address` is a whole e-mail address that may be looked up."""

    words: str
    groups: Sequence[Group] = ()
    address: str = ""
    ways_on: Sequence[Hit] = ()

    @property
    def said(self) -> str:
        """What a screen reader tells of it."""
        total = sum(group.total for group in self.groups)
        count = f"{total:,} result{'' if total == 1 else 's'}" if total else "No results"
        return f"{count}. The profile of this address can be looked up." if self.address else count


@dataclass(frozen=True, slots=True)
class _Kind:
    """Things with a list of their own; who may open the list may find what is in it."""

    name: str
    icon: str
    list_url: str
    rows: Callable[[str], QuerySet[Any, dict[str, Any]]]
    hit: Callable[[dict[str, Any], Person], Hit]


def everything(*, words: str, person: Person) -> Found:
    """At most one query for each kind of thing, however many there are."""
    words = " ".join(words.replace("\x00", "").split())[:LONGEST].strip()
    if not words:
        return Found("")
    groups = (*_things(words, person), *_pages(words, person))
    address = words if _ADDRESS.fullmatch(words) and _sees_profiles(person) else ""
    is_nothing = not groups and not address
    return Found(words, groups, address, tuple(_ways_on(person)) if is_nothing else ())


def _things(words: str, person: Person) -> Iterator[Group]:
    for kind in _KINDS:
        if not may_visit(user=person, url_name=kind.list_url):
            continue
        rows = list(kind.rows(words).annotate(total=Window(Count("pk")))[:MOST_SHOWN])
        if rows:
            total = rows[0]["total"]
            url = _all_of(kind, words) if total > MOST_SHOWN else ""
            yield Group(kind.name, kind.icon, [kind.hit(row, person) for row in rows], total, url)


def _pages(words: str, person: Person) -> Iterator[Group]:
    places = site_map.fitting(words=words)
    seen = [place for place in places if may_visit(user=person, url_name=place.url_name)]
    if seen:
        yield Group("pages", "panel-top", [_page(place) for place in seen[:MOST_SHOWN]], len(seen))


def _ways_on(person: Person) -> Iterator[Hit]:
    """Where to look by oneself when nothing is called so."""
    for name, url_name in _WAYS_ON:
        if may_visit(user=person, url_name=url_name):
            yield Hit(name, "", reverse(url_name))


def _all_of(kind: _Kind, words: str) -> str:
    """Addresses are written down by proxies and browsers: none may hold what could be a person's.

    A full-width @ is one for whoever reads it.
    """
    if "@" in unicodedata.normalize("NFKC", words):
        return ""
    return f"{reverse(kind.list_url)}?{urlencode({'q': words})}"


def _sees_profiles(person: Person) -> bool:
    return may_visit(user=person, url_name="activations:people")


def _page(place: site_map.Place) -> Hit:
    return Hit(place.name, place.within, reverse(place.url_name))


def _by_name(found: QuerySet[Any], *fields: str) -> QuerySet[Any, dict[str, Any]]:
    """Without what the list shows beside: only these are read."""
    return found.values("uuid", "name", *fields)


def _destinations(words: str) -> QuerySet[Any, dict[str, Any]]:
    found = destinations.browse(words=words, sort="name", descending=False)
    return _by_name(found, "status", "account__name")


def _accounts(words: str) -> QuerySet[Any, dict[str, Any]]:
    found = accounts.listing(words=words, sort="name", descending=False, chosen={})
    return _by_name(found, "zendesk_account_name")


def _audiences(words: str) -> QuerySet[Any, dict[str, Any]]:
    found = audiences.listing(words=words, sort="name", descending=False)
    return _by_name(found, "namespace", "external_id")


def _policies(words: str) -> QuerySet[Any, dict[str, Any]]:
    return _by_name(policies.listing(words=words, sort="name", descending=False), "status")


def _consent_policies(words: str) -> QuerySet[Any, dict[str, Any]]:
    return _by_name(policies.consent_listing(words=words, sort="name", descending=False), "status")


def _destination(row: dict[str, Any], person: Person) -> Hit:
    if row["status"] != DestinationStatus.DRAFT:
        url = reverse("activations:destination-detail", args=[row["uuid"]])
        return Hit(row["name"], row["account__name"] or "", url)
    # Set up by whoever may; others find it among the drafts.
    url = f"{reverse('activations:browse')}?{urlencode({'status': DestinationStatus.DRAFT})}"
    if may(user=person, permission=Permission.MANAGE_DESTINATIONS):
        url = reverse("connections:connect", args=[row["uuid"]])
    return Hit(row["name"] or "Draft destination", DestinationStatus.DRAFT.label, url)


def _account(row: dict[str, Any], person: Person) -> Hit:
    """To its own page, or, for whoever may not change it, to its destinations."""
    url = f"{reverse('activations:browse')}?{urlencode({'account': row['uuid']})}"
    if may(user=person, permission=Permission.MANAGE_DESTINATIONS):
        url = reverse("connections:account-edit", args=[row["uuid"]])
    return Hit(row["name"], row["zendesk_account_name"], url)


def _audience(row: dict[str, Any], person: Person) -> Hit:
    reference = f"{row['namespace']}/{row['external_id']}"
    url = reverse("activations:audience-detail", args=[row["uuid"]])
    return Hit(row["name"] or reference, reference if row["name"] else "", url)


def _policy(row: dict[str, Any], person: Person) -> Hit:
    url = reverse("activations:policy", args=[row["uuid"]])
    return Hit(row["name"], PolicyStatus(row["status"]).label, url)


def _consent_policy(row: dict[str, Any], person: Person) -> Hit:
    url = reverse("activations:consent-policy", args=[row["uuid"]])
    return Hit(row["name"], PolicyStatus(row["status"]).label, url)


_KINDS: Final[tuple[_Kind, ...]] = (
    _Kind("destinations", "send", "activations:browse", _destinations, _destination),
    _Kind("accounts", "key-round", "connections:accounts", _accounts, _account),
    _Kind("audiences", "users", "activations:audiences", _audiences, _audience),
    _Kind("data usage policies", "shield-check", "activations:policies", _policies, _policy),
    _Kind(
        "consent policies",
        "hand",
        "activations:consent-policies",
        _consent_policies,
        _consent_policy,
    ),
)
_WAYS_ON: Final = (
    ("Show all destinations", "activations:browse"),
    ("Show all audiences", "activations:audiences"),
    ("Look one person up", "activations:people"),
    ("Your settings", "connections:settings"),
)
