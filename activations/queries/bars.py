"""A whole in its parts, as a bar that is 100 long."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: where it starts and how long it is, in hundredths."""

    label: str
    count: int
    tone: str
    start: float
    length: float

    @property
    def share(self) -> str:
        """Of all, in percent; never 0 or 100 for what is not none or all."""
        if 0 < self.length < 1:
            return "under 1 %"
        return f"{min(round(self.length), 99) if self.length < 100 else 100} %"


def of(*, parts: Iterable[tuple[str, str, int]]) -> tuple[Segment, ...]:
    """By tone, label and count; what is not there is left out."""
    counted = [(tone, label, count) for tone, label, count in parts if count]
    whole = sum(count for _, _, count in counted)
    segments, start = [], 0.0
    for tone, label, count in counted:
        length = 100 * count / whole
        segments.append(Segment(label, count, tone, round(start, 3), round(length, 3)))
        start += length
    return tuple(segments)
