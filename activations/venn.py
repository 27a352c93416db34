"""Where the circles of a Venn diagram stand, and the number in each part. Geometry only.

The circles are equal whatever the numbers are: the numbers say how many, the picture says of what.
Only the first set is counted, in all its parts; what lies outside its circle has no number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import atan2, hypot, sqrt
from typing import Final, TypeAlias

from activations.charts import compact

WIDTH: Final = 300
Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Circle:
    """`number` of the set gives it colour and dash; `name` stands beside it at `x`, `y`."""

    number: int
    center: Point
    radius: int
    name: str
    name_at: Point

    def holds(self, *, point: Point) -> bool:
        """Whether the point is in it, its edge included."""
        return hypot(point[0] - self.center[0], point[1] - self.center[1]) <= self.radius + 0.01


@dataclass(frozen=True, slots=True)
class Word:
    """The number of a part, in the middle of it; `is_common` of the part that is in all sets."""

    at: Point
    text: str
    is_common: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Circles, the outline of what is common to all, and the numbers."""

    circles: tuple[Circle, ...]
    common: str
    words: tuple[Word, ...]
    height: int
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the first set in words, and how many are in it."""

    words: str
    count: int


@dataclass(frozen=True, slots=True)
class Venn:
    """Everything `components/venn.html` shows.

    `whole` is what the first set is counted in ("members tried out"); `parts` in the order of
    `draw`, the last one is what is common to all.
    """

    title: str
    whole: str
    names: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def total(self) -> int:
        """All of the first set."""
        return sum(part.count for part in self.parts)

    @property
    def description(self) -> str:
        """What the picture shows, in a sentence."""
        told = "; ".join(f"{part.words}: {part.count:,}" for part in self.parts)
        return f"{self.whole[0].upper()}{self.whole[1:]}: {self.total:,}. Of these, {told}."

    @property
    def picture(self) -> Picture:
        """As it is drawn."""
        return draw(names=self.names, counts=[part.count for part in self.parts])


@dataclass(frozen=True, slots=True)
class _Places:
    """`parts` in the order of the counts: the first set alone, with each other one, with all."""

    centers: tuple[Point, ...]
    radius: int
    names: tuple[Point, ...]
    parts: tuple[Point, ...]
    height: int


# By how many sets there are.
_PLACES: Final = {
    2: _Places(
        centers=((108, 118), (192, 118)),
        radius=85,
        names=((82, 20), (218, 20)),
        parts=((64, 118), (150, 118)),
        height=210,
    ),
    3: _Places(
        centers=((150, 105), (105, 183), (195, 183)),
        radius=80,
        names=((150, 16), (72, 283), (228, 283)),
        parts=((150, 64), (105, 131), (195, 131), (150, 157)),
        height=292,
    ),
}


def draw(*, names: Sequence[str], counts: Sequence[int]) -> Picture:
    """Two sets or three. `counts` of the first: alone, with each other one, with all of them.

    With two sets the second one is all of them: two counts.
    """
    places = _PLACES[len(names)]
    circles = tuple(
        Circle(number, center, places.radius, name, name_at)
        for number, (center, name, name_at) in enumerate(
            zip(places.centers, names, places.names, strict=True)
        )
    )
    last = len(counts) - 1
    words = tuple(
        Word(at, compact(number=count), number == last)
        for number, (at, count) in enumerate(zip(places.parts, counts, strict=True))
    )
    return Picture(circles, _outline(circles), words, places.height)


def _outline(circles: Sequence[Circle]) -> str:
    """What all circles cover, as an SVG path: clockwise from corner to corner along their edges."""
    corners = [
        corner
        for one, other in combinations(circles, 2)
        for corner in _crossings(one, other)
        if all(circle.holds(point=corner) for circle in circles)
    ]
    middle = [sum(values) / len(corners) for values in zip(*corners, strict=True)]
    # y grows downwards, so that a growing angle turns clockwise.
    around = sorted(corners, key=lambda at: atan2(at[1] - middle[1], at[0] - middle[0]))
    radius = circles[0].radius
    arcs = " ".join(
        f"A{radius} {radius} 0 0 1 {x:.1f} {y:.1f}" for _, (x, y) in pairwise([*around, around[0]])
    )
    return f"M{around[0][0]:.1f} {around[0][1]:.1f} {arcs} Z"


def _crossings(one: Circle, other: Circle) -> tuple[Point, Point]:
    """Where the edges of two equal circles cross."""
    (x1, y1), (x2, y2) = one.center, other.center
    apart = hypot(x2 - x1, y2 - y1)
    half = sqrt(one.radius**2 - (apart / 2) ** 2) / apart
    x, y = (x1 + x2) / 2, (y1 + y2) / 2
    across, down = (y1 - y2) * half, (x2 - x1) * half
    return (x + across, y + down), (x - across, y - down)
