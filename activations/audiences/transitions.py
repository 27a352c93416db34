"""Which of two statements about a membership holds. Decides only; knows no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from activations.terms import MembershipStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known about one profile in one audience.

    `valid_until` None means without end; whatever has exited carries none.
    """

    status: MembershipStatus
    qualified_at: datetime
    valid_until: datetime | None


def decide(*, current: Standing | None, entries: Iterable[Standing]) -> Standing | None:
    """The newest of all by `qualified_at`; of equally new ones the one that came last.

    None only when there is nothing at all.
    """
    newest = current
    for entry in entries:
        if newest is None or entry.qualified_at >= newest.qualified_at:
            newest = entry
    return newest


def is_change(*, before: Standing | None, after: Standing | None) -> bool:
    """Whether anyone has to be told: a newer time with the same status is no news."""
    return (before.status if before is not None else None) != (
        after.status if after is not None else None
    )
