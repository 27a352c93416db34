"""Profiles as files and as requests: person number N looks the same in every run."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

VIP = "7841ba61-23c1-4bb3-a495-00d3a5fe1e93"
NEWSLETTER = "0d3f6a52-9a1b-4c44-8f0e-2b1f3f1f7c11"


def email(number: int, *, kind: str = "person") -> str:
    return f"{kind}{number}@example.org"


def profile(
    number: int, *, kind: str = "person", audience: str = VIP, edition: str = "gold"
) -> dict[str, Any]:
    """A member of `audience`; another `edition` changes what is sent of it."""
    since = {"status": "realized", "lastQualificationTime": "2026-03-01T09:00:00Z"}
    return {
        "identityMap": {"Email": [{"id": email(number, kind=kind), "primary": True}]},
        "person": {"name": {"firstName": f"Ann{number % 977}", "lastName": f"Ek{number}"}},
        "mobilePhone": {"number": f"+46 70 {number:07d}"},
        "loyalty": {"tier": edition, "points": number % 5000},
        "segmentMembership": {"ups": {audience: since}},
    }


def contact(number: int) -> dict[str, Any]:
    """What the product sends of person `number`: the rivals send the same."""
    return {
        "last_name": f"Ek{number}",
        "first_name": f"Ann{number % 977}",
        "mobile": f"+46 70 {number:07d}",
        "email": email(number),
        "custom_fields": {"Loyalty tier": "gold", "VIP audience": "realized"},
    }


def write_profiles(
    *,
    path: Path,
    numbers: Iterable[int],
    kind: str = "person",
    audience: str = VIP,
    edition: str = "gold",
) -> Path:
    """One JSON object a line, as `ingest` reads them."""
    with path.open("w", encoding="utf-8") as file:
        for number in numbers:
            record = profile(number, kind=kind, audience=audience, edition=edition)
            file.write(json.dumps(record) + "\n")
    return path


def write_contacts(*, path: Path, count: int) -> Path:
    """One contact a line, as the rivals read them."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(contact(number)) + "\n" for number in range(count))
    return path
