"""What changed about profiles, and whose change a destination is to export. Knows no database."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from connections.activation_triggers import ATTRIBUTES, IDENTITIES, SEGMENTATION

NOBODY: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """Ids of profiles by what is another about them; whoever is new changes in all they have."""

    attributes: Collection[int] = NOBODY
    # Another status in some audience, also a first one.
    memberships: Collection[int] = NOBODY
    identities: Collection[int] = NOBODY

    @property
    def profile_ids(self) -> set[int]:
        """Everybody who changed."""
        return {*self.attributes, *self.memberships, *self.identities}

    def suppressed_by(self, triggers: Collection[str]) -> set[int]:
        """Those whose change has no cause among these triggers."""
        causes: Mapping[str, Collection[int]] = {
            ATTRIBUTES: self.attributes,
            SEGMENTATION: self.memberships,
            IDENTITIES: self.identities,
        }
        return self.profile_ids.difference(*(causes[trigger] for trigger in triggers))
