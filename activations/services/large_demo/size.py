"""How much of everything, by the number of profiles."""

from dataclasses import dataclass
from typing import Final

PROFILES: Final = 1_000_000
FEWEST_PROFILES: Final = 500


@dataclass(frozen=True, slots=True)
class Size:
    """`days` is how far back runs, requests and traffic reach."""

    profiles: int
    audiences: int
    days: int

    @property
    def hours(self) -> int:
        """Clock hours with a run, the present one not counted."""
        return 24 * self.days

    def share(self, count: int) -> int:
        """So many at full size; fewer in a smaller workspace, but never none."""
        return max(1, round(count * self.audiences / _MOST_AUDIENCES))


_MOST_AUDIENCES: Final = 1_000
_FEWEST_AUDIENCES: Final = 40
_MOST_DAYS: Final = 90
_FEWEST_DAYS: Final = 2


def of(*, profiles: int = PROFILES) -> Size:
    """A thousandth as many audiences as profiles, and ninety days of the full size."""
    audiences = min(max(profiles // 1_000, _FEWEST_AUDIENCES), _MOST_AUDIENCES)
    days = min(max(_MOST_DAYS * profiles // PROFILES, _FEWEST_DAYS), _MOST_DAYS)
    return Size(profiles=profiles, audiences=audiences, days=days)
