"""What a source says about a profile: follows paths, picks identities; knows no target."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from activations.mapping.paths import Source
from activations.mapping.reasons import CannotShape, Reason
from connections.zendesk.contact import Json


@dataclass(frozen=True, slots=True, repr=False)
class ProfileView:
    """A profile as seen from one destination.

    `email` is the normalised identity ('' when there is none), `identities` maps namespace
    symbols to lists of `{"id", "primary"?}` (XDM identityMap), `memberships` maps our audience
    ids to statuses, `was_delivered` says whether the destination ever delivered the profile.
    It has no readable form: all of it is personal data.
    """

    email: str
    attributes: Mapping[str, Any]
    identities: Mapping[str, Any]
    memberships: Mapping[int, str]
    was_delivered: bool


def read(*, profile: ProfileView, source: Source) -> Json:
    """The value under the source; None when the profile has none. A constant is always there.

    Raises CannotShape when the path leads through a list: which entry was meant?
    """
    if source.is_constant:
        return source.path
    if source.is_identity:
        return _identity(profile.identities, source.path)
    value: Any = profile.attributes
    for key in source.segments:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list):
            raise CannotShape(Reason.WRONG_TYPE)
        else:
            return None
    found: Json = value
    return found


def is_empty(value: Json) -> bool:
    """Whether there is nothing to write: null, blank text or an object without keys."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value == {}


def _identity(identities: Mapping[str, Any], symbol: str) -> Json:
    """The primary id of a namespace, else its first; symbols compare without case."""
    wanted = symbol.casefold()
    entries = [
        entry
        for name in sorted(identities)
        if name.casefold() == wanted and isinstance(identities[name], list)
        for entry in identities[name]
        if isinstance(entry, dict) and not is_empty(entry.get("id"))
    ]
    primary = next((entry for entry in entries if entry.get("primary") is True), None)
    chosen = primary or (entries[0] if entries else None)
    found: Json = None if chosen is None else chosen["id"]
    return found
