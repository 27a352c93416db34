"""The Select audiences step: which audiences match, and how many of them are selected."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from activations.models import Activation, Audience
from activations.queries import audiences
from activations.queries.audiences import Filters, Row

SELECTED, NOT_SELECTED = "yes", "no"


@dataclass(frozen=True, slots=True)
class Matching:
    """The keys of the audiences that match, in the order of the list."""

    keys: tuple[int, ...]
    # How many of them are selected.
    selected: int

    @property
    def count(self) -> int:
        """How many match."""
        return len(self.keys)

    @property
    def are_all_selected(self) -> bool:
        """Whether there is something, and nothing of it is left to select."""
        return bool(self.keys) and self.selected == self.count


def matching(
    *,
    words: str,
    sort: str,
    descending: bool,
    origin: str = "",
    selected: str = "",
    tag: str = "",
    chosen: Collection[int],
) -> Matching:
    """One query; ten thousand keys take some milliseconds.

    `selected` is `yes` or `no`, empty: both. `chosen` are the keys the draft has: too many, maybe,
    to be handed to the database.
    """
    filters = Filters(origin=origin, tag=tag)
    found = audiences.listing(words=words, sort=sort, descending=descending, filters=filters)
    keys = list(found.values_list("pk", flat=True))
    if selected in (SELECTED, NOT_SELECTED):
        keys = [key for key in keys if (key in chosen) == (selected == SELECTED)]
    return Matching(tuple(keys), sum(1 for key in keys if key in chosen))


def rows(*, keys: Sequence[int]) -> list[Row]:
    """A page of audiences with their counts, in the order of `keys`."""
    known = Audience.objects.in_bulk(keys)
    return audiences.with_counts(audiences=[known[key] for key in keys if key in known])


def sent_now(*, destination_id: int) -> set[int]:
    """The audiences that the destination sends as it is."""
    sent = Activation.objects.filter(destination_id=destination_id)
    return set(sent.values_list("audience_id", flat=True))
