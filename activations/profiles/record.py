"""A record: what one row says about one person. Parsing only; knows no database.

Attributes keep their nulls here: in a record null means "clear", absent means "leave".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from activations.profiles import identity, membership
from activations.profiles.cleaning import MAX_LEAVES, Cleaner, bare
from activations.profiles.identity import Identities
from activations.profiles.membership import MembershipEntry
from activations.profiles.problems import Problem, Rejected

__all__ = ["MembershipEntry", "Problem", "Record", "Rejected", "parse"]


@dataclass(frozen=True, slots=True)
class Record:
    identity: str
    email: str
    attributes: dict[str, Any]
    identities: Identities
    memberships: tuple[MembershipEntry, ...]
    warnings: tuple[Problem, ...]


def parse(*, document: object, received_at: datetime) -> Record:
    """A record from a JSON document of either key style. Raises `Rejected`."""
    if type(document) is not dict:
        raise Rejected(code="not-an-object", message="the row is not a JSON object")
    attributes, identity_map, segment_membership = _parts(document)
    identities = identity.read(identity_map=identity_map)
    chosen = identity.choose(identities=identities)
    memberships, warnings = membership.read(membership=segment_membership, received_at=received_at)
    return Record(
        identity=chosen.key,
        email=chosen.email,
        attributes=attributes,
        identities=identities,
        memberships=memberships,
        warnings=warnings,
    )


def _parts(document: dict[str, Any]) -> tuple[dict[str, Any], Any, Any]:
    """Attributes, identityMap and segmentMembership, all with bare keys."""
    attributes = Cleaner()
    others = Cleaner()  # audiences and identities are no attributes: they do not count as such
    parts = {}
    for written, value in document.items():
        key = bare(written)
        cleaner = others if key in ("identityMap", "segmentMembership") else attributes
        parts[key] = cleaner.value(value, 2)
    if len(parts) != len(document):
        raise Rejected(code="duplicate-key", message="a key stands with and without xdm:")
    if attributes.leaves > MAX_LEAVES:
        raise Rejected(code="too-many-attributes", message=f"more than {MAX_LEAVES} attributes")
    identity_map = parts.pop("identityMap", None)
    return parts, identity_map, parts.pop("segmentMembership", None)
