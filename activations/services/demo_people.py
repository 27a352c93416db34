"""Invented people for the demo workspace, the same ones each time. Knows no database."""

import random
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from activations.terms import MembershipStatus

COUNT: Final = 250
_SEED: Final = 20260301

VIP: Final = "7841ba61-23c1-4bb3-a495-00d3a5fe1e93"
NEWSLETTER: Final = "c1f2a9de-5a37-4c0e-8f57-0d6f2f9b3b10"
CHURN_RISK: Final = "5e0b8c44-9d1a-4e7b-b6a3-2f8d7c915e26"
NAMESPACE: Final = "ups"

# Per audience: the share of people who have an entry in it.
_SHARES: Final = {VIP: 0.3, NEWSLETTER: 0.6, CHURN_RISK: 0.2}
_STATUSES: Final = (MembershipStatus.REALIZED, MembershipStatus.EXISTING, MembershipStatus.EXITED)
_STATUS_WEIGHTS: Final = (60, 28, 12)
_FIRST_DAY: Final = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
_DAYS: Final = 50
_YOUNGEST: Final = date(2005, 12, 31)
_TIERS: Final = (("bronze", 0, 999), ("silver", 1000, 4999), ("gold", 5000, 20000))


@dataclass(frozen=True, slots=True)
class _Home:
    """Names and places that go together; numbers come from ranges kept free for fiction."""

    country: str
    code: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    phone: str


_HOMES: Final = (
    _Home(
        "Sweden",
        "SE",
        ("Astrid", "Elin", "Oskar", "Björn", "Maja", "Åsa", "Nils", "Amira"),
        ("Ek", "Lindqvist", "Åkesson", "Sjöberg", "Nyström", "Haddad", "Dahl"),
        (("Uppsala", "753 10"), ("Malmö", "211 20"), ("Umeå", "903 26")),
        ("Storgatan", "Kungsgatan", "Björkvägen"),
        "+46 70 174 06 {:02d}",
    ),
    _Home(
        "United Kingdom",
        "GB",
        ("Olivia", "Callum", "Priya", "Kwame", "Niamh", "Harriet", "Imran", "Grace"),
        ("O'Neill", "Patel", "Mensah", "Whitfield", "Hughes", "Khan", "St John"),
        (("Leeds", "LS1 4DY"), ("Bristol", "BS1 5TR"), ("Cardiff", "CF10 1EP")),
        ("High Street", "Station Road", "Mill Lane"),
        "+44 7700 9001{:02d}",
    ),
    _Home(
        "United States",
        "US",
        ("Jasmine", "Diego", "Wei", "Hannah", "Marcus", "Lupe", "Noah", "Ayana"),
        ("Washington", "García-López", "Chen", "Kowalski", "Begay", "Nguyen", "Brooks"),
        (("Portland", "97205"), ("Austin", "78701"), ("Madison", "53703")),
        ("Oak Street", "Maple Avenue", "2nd Street"),
        "+1 202 555 01{:02d}",
    ),
    _Home(
        "Germany",
        "DE",
        ("Jürgen", "Anneliese", "Emre", "Lotte", "Matthias", "Zeynep", "Friederike", "Tomasz"),
        ("Müller", "Großmann", "Yılmaz", "von Arnim", "Schäfer", "Nowak", "Weiß"),
        (("Leipzig", "04109"), ("Freiburg", "79098"), ("Kiel", "24103")),
        ("Lindenstraße", "Am Markt", "Gartenweg"),
        "+49 30 23125 0{:02d}",
    ),
    _Home(
        "Japan",
        "JP",
        ("Haruka", "Kenji", "Yui", "Sota", "Akiko", "Ren", "Mei", "Takumi"),
        ("Satō", "Tanaka", "Kobayashi", "Itō", "Yamamoto", "Mori", "Ōno"),
        (("Kyoto", "604-8571"), ("Sapporo", "060-0001"), ("Fukuoka", "810-0001")),
        ("Teramachi", "Odori", "Tenjin"),
        "+81 90 0000 00{:02d}",
    ),
)


def documents(*, count: int = COUNT, seed: int = _SEED, first: int = 1) -> Iterator[dict[str, Any]]:
    """Profiles as `ingest` reads them; a few lack what a Zendesk contact needs."""
    # Repeatable on purpose; nothing here is a secret.
    chance = random.Random(seed)  # noqa: S311
    for number in range(first, first + count):
        yield _person(number, chance)


def _person(number: int, chance: random.Random) -> dict[str, Any]:
    home = chance.choice(_HOMES)
    first, last = chance.choice(home.first), chance.choice(home.last)
    street, (city, postal_code) = chance.choice(home.streets), chance.choice(home.cities)
    tier, fewest, most = chance.choices(_TIERS, weights=(5, 3, 2))[0]
    document: dict[str, Any] = {
        "identityMap": _identities(number, first, last, chance),
        "person": {
            "name": {"firstName": first, "lastName": last},
            "birthDate": str(_YOUNGEST - timedelta(days=chance.randrange(60 * 365))),
        },
        "mobilePhone": {"number": home.phone.format(chance.randrange(100))},
        "homeAddress": {
            "street1": f"{street} {chance.randrange(1, 99)}",
            "city": city,
            "postalCode": postal_code,
            "country": home.country,
            "countryCode": home.code,
        },
        "loyalty": {"tier": tier, "points": chance.randint(fewest, most)},
        "segmentMembership": {NAMESPACE: _memberships(chance)},
    }
    _leave_something_out(number, document)
    return document


def _identities(number: int, first: str, last: str, chance: random.Random) -> dict[str, Any]:
    local = f"{_plain(first)}.{_plain(last)}.{number}"
    domain = chance.choice(("example.org", "example.com"))
    ecid = "".join(chance.choice("0123456789") for _ in range(38))
    return {"Email": [{"id": f"{local}@{domain}", "primary": True}], "ECID": [{"id": ecid}]}


def _memberships(chance: random.Random) -> dict[str, Any]:
    entries = {}
    for audience, share in _SHARES.items():
        if chance.random() < share:
            status = chance.choices(_STATUSES, weights=_STATUS_WEIGHTS)[0]
            entries[audience] = _entry(status, chance)
    return entries or {NEWSLETTER: _entry(MembershipStatus.REALIZED, chance)}


def _entry(status: MembershipStatus, chance: random.Random) -> Mapping[str, str]:
    at = _FIRST_DAY + timedelta(seconds=chance.randrange(_DAYS * 24 * 3600))
    return {"status": status.value, "lastQualificationTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}


def _leave_something_out(number: int, document: dict[str, Any]) -> None:
    """What real data looks like: no last name, no e-mail, a mistyped e-mail; a few of each."""
    if number % 31 == 0:
        del document["person"]["name"]["lastName"]
    elif number % 41 == 0:
        del document["identityMap"]["Email"]
    elif number % 83 == 0:
        entry = document["identityMap"]["Email"][0]
        entry["id"] = entry["id"].replace("@", " at ")


def _plain(name: str) -> str:
    """The letters of a name as an address spells them: `Großmann` is `grossmann`."""
    spelled = name.lower().replace("ß", "ss").replace("ı", "i").replace("ø", "o")
    letters = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return "".join(letter for letter in letters if letter.isalnum())
