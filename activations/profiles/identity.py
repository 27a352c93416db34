"""Whom a record is about: `identityMap`, the identity we know the person by, and the e-mail.

Namespace symbols compare without case (`EMAIL` is `Email`). XDM identityMap: namespace symbol ->
list of {"id", "primary"?, "authenticatedState"?}.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from activations.profiles.problems import Rejected

EMAIL: Final = "email"
MAX_EMAIL: Final = 320
MAX_ID: Final = 255
MAX_NAMESPACE: Final = 100

# Namespace symbol as written -> its entries; None clears the namespace.
Identities = dict[str, list[dict[str, Any]] | None]


@dataclass(frozen=True, slots=True)
class Identity:
    """`key` is what profiles are told apart by: `<namespace lower case>:<id>`."""

    key: str
    email: str


def read(*, identity_map: Any) -> Identities:
    """The checked identities of a cleaned `identityMap`. Raises `Rejected`."""
    if identity_map is None:
        return {}
    if type(identity_map) is not dict:
        raise _wrong_shape("identityMap is not an object")
    found: Identities = {}
    symbols: dict[str, str] = {}  # lower case -> as first written
    for written, items in identity_map.items():
        symbol = symbols.setdefault(written.lower(), written)
        if not 0 < len(written) <= MAX_NAMESPACE:
            raise _too_long(f"a namespace symbol has 1 to {MAX_NAMESPACE} characters")
        if items is None:
            found.setdefault(symbol, None)
            continue
        if type(items) is not list:
            raise _wrong_shape(f"identityMap.{written} is not a list")
        entries = [entry for item in items if (entry := _entry(written, item)) is not None]
        found[symbol] = (found.get(symbol) or []) + entries
    return found


def choose(*, identities: Identities) -> Identity:
    """The primary, else the first Email; without one, of any namespace. Raises `Rejected`."""
    best: tuple[bool, bool] = (False, False)
    chosen: tuple[str, str] | None = None
    for namespace, entry in _entries(identities):
        rank = (namespace == EMAIL, entry.get("primary") is True)
        if chosen is None or rank > best:
            best, chosen = rank, (namespace, entry["id"])
    if chosen is None:
        raise Rejected(code="no-identity", message="no identity in identityMap")
    namespace, identifier = chosen
    if namespace != EMAIL:
        return Identity(key=f"{namespace}:{identifier}", email="")
    email = identifier.strip().lower()
    if len(email) > MAX_EMAIL:
        raise _too_long(f"an Email id has more than {MAX_EMAIL} characters")
    return Identity(key=f"{EMAIL}:{email}", email=email)


def merge(*, old: Mapping[str, Any], new: Identities) -> dict[str, Any]:
    """Namespace by namespace: a later list replaces the earlier one, null clears it."""
    merged = dict(old)
    symbols = {symbol.lower(): symbol for symbol in merged}
    for written, entries in new.items():
        symbol = symbols.get(written.lower(), written)
        if entries:
            merged[symbol] = entries
        elif entries is None:
            merged.pop(symbol, None)
    return merged


def _entries(identities: Identities) -> Iterator[tuple[str, dict[str, Any]]]:
    for symbol, entries in identities.items():
        for entry in entries or ():
            yield symbol.lower(), entry


def _entry(namespace: str, item: Any) -> dict[str, Any] | None:
    """One entry with the keys we keep; None when it has no usable id."""
    if type(item) is not dict:
        raise _wrong_shape(f"an entry of identityMap.{namespace} is not an object")
    identifier = item.get("id", item.get("@id"))
    if identifier is None:
        return None
    if type(identifier) is not str:
        raise _wrong_shape(f"an id in identityMap.{namespace} is not a text")
    if not identifier.strip():
        return None
    if len(identifier) > (MAX_EMAIL if namespace.lower() == EMAIL else MAX_ID):
        raise _too_long(f"an id in identityMap.{namespace} is too long")
    return {"id": identifier, **_marks(namespace, item)}


def _marks(namespace: str, item: dict[str, Any]) -> dict[str, Any]:
    marks = {}
    for key, kind in (("primary", bool), ("authenticatedState", str)):
        value = item.get(key)
        if value is None:
            continue
        if type(value) is not kind:
            raise _wrong_shape(f"{key} in identityMap.{namespace} is not a {kind.__name__}")
        marks[key] = value
    return marks


def _wrong_shape(message: str) -> Rejected:
    return Rejected(code="invalid-identity-map", message=message)


def _too_long(message: str) -> Rejected:
    return Rejected(code="identity-too-long", message=message)
