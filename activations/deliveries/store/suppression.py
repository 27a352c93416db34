"""Which destinations export a change, as far as their activation triggers let them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Exists, OuterRef

from activations import rowsets
from activations.deliveries.changes import ProfileChanges
from activations.models import Activation, ConsentPolicy
from activations.terms import PolicyStatus
from connections.activation_triggers import CODES
from connections.models import Destination


class Row(Protocol):
    """A delivery, as far as it says whose it is and where to."""

    @property
    def destination_id(self) -> int: ...
    @property
    def profile_id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Suppressed:
    """These destinations export no change of these profiles."""

    destination_ids: Collection[int]
    profile_ids: Collection[int]


@dataclass(frozen=True, slots=True)
class Interest:
    """`activating` are the destinations that send audiences, now or later."""

    activating: Collection[int]
    # Nothing while every destination has every trigger on; else one for each choice of triggers.
    suppressed: Sequence[Suppressed]

    def exports(self, row: Row) -> bool:
        """Whether the row's destination is to look at its profile again."""
        return not any(
            row.destination_id in part.destination_ids and row.profile_id in part.profile_ids
            for part in self.suppressed
        )

    @property
    def condition(self) -> tuple[str, list[Any]]:
        """The same in SQL, for a new row of `membership` at `destination`; its parameters."""
        conditions, parameters = ["TRUE"], []
        for part in self.suppressed:
            here, ids = rowsets.is_one_of(column="destination.id", values=part.destination_ids)
            whose, more = rowsets.is_one_of(column="membership.profile_id", values=part.profile_ids)
            conditions.append(f"NOT ({here} AND {whose})")
            parameters += [*ids, *more]
        return " AND ".join(conditions), parameters


def interest(*, changes: ProfileChanges) -> Interest:
    """Who is to hear of these changes; one query, a second where a trigger suppresses some."""
    activations = Activation.objects.filter(destination=OuterRef("pk"))
    found = Destination.objects.order_by().annotate(is_activating=Exists(activations))
    activating: set[int] = set()
    by_triggers: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for pk, is_activating, codes in found.values_list("pk", "is_activating", "activation_triggers"):
        if is_activating:
            activating.add(pk)
        by_triggers[tuple(codes)].add(pk)
    by_triggers.pop(CODES, None)
    suppressed = {triggers: changes.suppressed_by(triggers) for triggers in by_triggers}
    told_of_consents = _changed_consents(changes) if any(suppressed.values()) else set()
    parts = [
        Suppressed(destination_ids, profile_ids)
        for triggers, destination_ids in by_triggers.items()
        if (profile_ids := suppressed[triggers] - told_of_consents)
    ]
    return Interest(activating, parts)


def _changed_consents(changes: ProfileChanges) -> set[int]:
    """Whose change no trigger suppresses, since an enabled policy asks for it.

    At whichever destination: to find out which of them it concerns would take their mappings.
    """
    if not changes.rewritten:
        return set()
    enabled = ConsentPolicy.objects.filter(status=PolicyStatus.ENABLED).order_by()
    paths = {tuple(path.split(".")) for path in enabled.values_list("path", flat=True)}
    return changes.changed_at(paths) if paths else set()
