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
    # Whether `attributes` holds nulls or empty objects, which no stored profile does.
    has_gaps: bool = True


def parse(*, document: object, received_at: datetime) -> Record:
    """A record from a JSON document of either key style. Raises `Rejected`."""
    if type(document) is not dict:
        raise Rejected(code="not-an-object", message="the row is not a JSON object")
    attributes = Cleaner()
    parts = _parts(document, attributes)
    segment_membership = parts.pop("segmentMembership", None)
    identities = identity.read(identity_map=parts.pop("identityMap", None))
    chosen = identity.choose(identities=identities)
    memberships, warnings = membership.read(membership=segment_membership, received_at=received_at)
    return Record(
        identity=chosen.key,
        email=chosen.email,
        attributes=parts,
        identities=identities,
        memberships=memberships,
        warnings=warnings,
        has_gaps=attributes.has_gaps,
    )


def _parts(document: dict[str, Any], attributes: Cleaner) -> dict[str, Any]:
    """The document with bare keys at every depth; `attributes` sees what is one."""
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
    return parts
