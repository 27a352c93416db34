"""What a chunk says of one person: their records in order, and what a row of them alone holds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from activations.profiles import identity
from activations.profiles.digest import Content, content
from activations.profiles.merge import merge
from activations.profiles.record import Record


@dataclass(frozen=True, slots=True)
class Told:
    """`alone` is what a row holds that held nothing before."""

    records: Sequence[Record]
    alone: Content

    @property
    def email(self) -> str:
        return self.records[-1].email


def gather(*, records: Iterable[Record]) -> dict[str, Told]:
    """By identity; several records about one person are merged in their order."""
    by_identity: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        by_identity[record.identity].append(record)
    return {
        key: Told(found, after(attributes={}, identities={}, records=found))
        for key, found in by_identity.items()
    }


def after(
    *, attributes: dict[str, Any], identities: dict[str, Any], records: Iterable[Record]
) -> Content:
    """What a row that held this holds after these records, merged in their order."""
    for record in records:
        is_copy = not attributes and not record.has_gaps
        attributes = record.attributes if is_copy else merge(old=attributes, new=record.attributes)
        identities = identity.merge(old=identities, new=record.identities)
    return content(attributes=attributes, identities=identities)
