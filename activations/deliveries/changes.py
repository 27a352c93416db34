"""What changed about profiles, and whose change a destination is to export. Knows no database."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connections.activation_triggers import ATTRIBUTES, IDENTITIES, SEGMENTATION

NOBODY: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """Ids of profiles by what is another about them; whoever is new changes in all they have."""

    attributes: Collection[int] = NOBODY
    # Another status in some audience, also a first one.
    memberships: Collection[int] = NOBODY
    identities: Collection[int] = NOBODY
    # Of those whose attributes are others: their JSON before and after.
    rewritten: Mapping[int, tuple[str, str]] = field(default_factory=dict)

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

    def changed_at(self, paths: Collection[Sequence[str]]) -> set[int]:
        """Those who hold something else than before at one of these paths, each a row of keys."""
        return {
            profile_id
            for profile_id, (before, after) in self.rewritten.items()
            if _differ(json.loads(before), json.loads(after), paths)
        }


def _differ(before: Any, after: Any, paths: Collection[Sequence[str]]) -> bool:
    return any(_text_at(before, keys) != _text_at(after, keys) for keys in paths)


def _text_at(attributes: Any, keys: Sequence[str]) -> str:
    """As text, since True and 1 are equal only to Python."""
    value = attributes
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return json.dumps(value, sort_keys=True)
