"""Ranges of ids spread evenly over all, for a sample that looks at nothing else. Arithmetic."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The ids from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def width(self) -> int:
        """How many ids it has room for."""
        return self.last - self.first + 1


def spread(*, first: int, last: int, share: float, count: int) -> list[Window]:
    """`count` windows that together hold about this `share` of the ids, fewer where it is small.

    Each lies in the middle of its stretch, since what was loaded first or last may be special.
    """
    span = last - first + 1
    count = max(min(count, span), 1)
    found = []
    for number in range(count):
        begin, end = first + span * number // count, first + span * (number + 1) // count
        width = min(max(round((end - begin) * share), 1), end - begin)
        start = begin + (end - begin - width) // 2
        found.append(Window(start, start + width - 1))
    return found


def prime(*, at_least: int) -> int:
    """The next prime number: what repeats in the data repeats after 2, 10 or 100."""
    while any(at_least % divisor == 0 for divisor in range(2, int(at_least**0.5) + 1)):
        at_least += 1
    return at_least
