"""Where the lines, ticks and words of a chart stand. Geometry only: knows no database, no colour.

A chart is drawn for three widths, because words in a picture shrink with it.
Numbers of the picture are texts already: a template must not write them in anybody's language.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_TICKS: Final = 4
# Beyond so many points a mark on each would be a caterpillar.
_MOST_MARKS: Final = 31
_UNITS: Final = ((10**12, "T"), (10**9, "bn"), (10**6, "M"), (10**3, "k"))


@dataclass(frozen=True, slots=True)
class Series:
    """One line. `kind` names colour, dash and mark.

    "activated", "excluded" and "failed", or "realized", "existing" and "exited".
    """

    kind: str
    label: str
    values: tuple[int, ...]

    @property
    def mark(self) -> str:
        """Its mark for a legend that is 28 wide and 10 high."""
        return _shape(self.kind, 14, 5)


@dataclass(frozen=True, slots=True)
class Moment:
    """One place on the time axis: in few words under it, and in all of them."""

    short: str
    words: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a picture, its margins, and how many words fit under it."""

    kind: str
    width: int
    height: int
    left: int
    words: int
    right: int = 14
    top: int = 12
    bottom: int = 28

    @property
    def floor(self) -> int:
        """Where zero is."""
        return self.height - self.bottom

    @property
    def end(self) -> int:
        """The right edge of the plot."""
        return self.width - self.right


WIDE: Final = Frame("wide", width=960, height=280, left=52, words=7)
MIDDLE: Final = Frame("middle", width=600, height=260, left=48, words=5)
NARROW: Final = Frame("narrow", width=340, height=220, left=44, words=3)


@dataclass(frozen=True, slots=True)
class Tick:
    """A word on an axis; `at` is its x or y."""

    at: str
    label: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Line:
    """A series as SVG paths; `area` closes it down to zero, `marks` are all its points."""

    kind: str
    path: str
    area: str
    marks: str


@dataclass(frozen=True, slots=True)
class Slot:
    """The part of the plot in which one moment answers: its place, its points, its words."""

    x: str
    width: str
    center: str
    points: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One drawing of a chart."""

    frame: Frame
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    lines: tuple[Line, ...]
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class TableRow:
    """The same numbers for the table beside the picture."""

    words: str
    labels: tuple[str, ...]
    values: tuple[int, ...]

    @property
    def cells(self) -> list[tuple[str, int]]:
        """Each number with the line it belongs to."""
        return list(zip(self.labels, self.values, strict=True))


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything `components/chart.html` shows."""

    label: str
    series: tuple[Series, ...]
    pictures: tuple[Picture, ...]
    rows: tuple[TableRow, ...]

    @property
    def last(self) -> int:
        """The number of the last moment, counted from 0."""
        return max(len(self.rows) - 1, 0)

    @property
    def last_words(self) -> str:
        """What the last moment tells."""
        return self.pictures[0].slots[-1].words if self.pictures else ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing happened in all this time."""
        return not any(value for series in self.series for value in series.values)


def over_time(
    *,
    label: str,
    moments: Sequence[Moment],
    series: Sequence[Series],
    group: int = 1,
    is_open: bool = False,
) -> Chart:
    """A chart of series over the same moments; words stand under every n-th `group` of moments.

    `is_open`: the last moment is not over, so its marks stand alone and no line falls to them.
    """
    labels = tuple(one.label for one in series)
    rows = tuple(
        TableRow(moment.words, labels, tuple(one.values[index] for one in series))
        for index, moment in enumerate(moments)
    )
    top = scale(most=max((value for one in series for value in one.values), default=0))
    pictures = tuple(
        _draw(frame, moments, series, rows, top, (group, is_open))
        for frame in (WIDE, MIDDLE, NARROW)
    )
    return Chart(label, tuple(series), pictures if moments else (), rows)


def scale(*, most: int) -> tuple[int, ...]:
    """Round numbers from 0 to at least `most`, for the axis."""
    step = 1
    while step * _TICKS < most:
        # 1, 2, 5, 10, 20, 50 ...
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    count = max(-(-most // step), 1)
    return tuple(step * number for number in range(count + 1))


def compact(*, number: int) -> str:
    """At most five signs: 9,500 · 12.5k · 3M."""
    if number < 10_000:
        return f"{number:,}"
    size, unit = next((size, unit) for size, unit in _UNITS if number >= size)
    return f"{number / size:.1f}".removesuffix(".0") + unit


def _draw(
    frame: Frame,
    moments: Sequence[Moment],
    series: Sequence[Series],
    rows: Sequence[TableRow],
    numbers: Sequence[int],
    options: tuple[int, bool],
) -> Picture:
    group, is_open = options
    xs = _spread(frame, len(moments))
    drawn = len(xs) - 1 if is_open and len(xs) > 1 else len(xs)
    heights = {
        one.kind: [_height(frame, value, numbers[-1]) for value in one.values] for one in series
    }
    up = tuple(
        Tick(_text(_height(frame, number, numbers[-1])), compact(number=number), "end")
        for number in numbers
    )
    return Picture(
        frame=frame,
        across=_words_under(frame, moments, xs, group),
        up=up,
        lines=tuple(_line(frame, one.kind, xs, heights[one.kind], drawn) for one in series),
        slots=_slots(frame, xs, [heights[one.kind] for one in series], series, rows),
    )


def _spread(frame: Frame, count: int) -> list[float]:
    if count == 1:
        return [(frame.left + frame.end) / 2]
    step = (frame.end - frame.left) / max(count - 1, 1)
    return [frame.left + step * index for index in range(count)]


def _height(frame: Frame, value: int, most: int) -> float:
    return frame.floor - (frame.floor - frame.top) * value / most


def _words_under(
    frame: Frame, moments: Sequence[Moment], xs: Sequence[float], group: int
) -> tuple[Tick, ...]:
    groups = -(-len(moments) // group)
    step = group * -(-groups // frame.words)
    return tuple(
        Tick(_text(xs[index]), moments[index].short, _anchor(frame, xs[index]))
        for index in range(0, len(moments), max(step, 1))
    )


def _anchor(frame: Frame, x: float) -> str:
    """Words near the right edge end there instead of sticking out."""
    return "end" if x > frame.end - 20 else "middle"


def _line(frame: Frame, kind: str, xs: Sequence[float], ys: Sequence[float], drawn: int) -> Line:
    points = [f"{_text(x)} {_text(y)}" for x, y in zip(xs[:drawn], ys[:drawn], strict=True)]
    path = "M" + " L".join(points) if points else ""
    area = f"{path} V{frame.floor} H{_text(xs[0])} Z" if len(points) > 1 else ""
    has_marks = len(xs) <= _MOST_MARKS
    marks = [_shape(kind, x, y) for x, y in zip(xs, ys, strict=True)]
    return Line(kind, path, area, "".join(marks if has_marks else marks[-1:]))


def _shape(kind: str, x: float, y: float) -> str:
    """A point's mark; its shape tells the series apart without colour."""
    match kind:
        case "excluded" | "existing":
            return f"M{_text(x - 3)} {_text(y - 3)}h6v6h-6z"
        case "failed" | "exited":
            return f"M{_text(x)} {_text(y - 4)}l4 7h-8z"
        case _:
            return f"M{_text(x - 3)} {_text(y)}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z"


def _slots(
    frame: Frame,
    xs: Sequence[float],
    heights: Sequence[Sequence[float]],
    series: Sequence[Series],
    rows: Sequence[TableRow],
) -> tuple[Slot, ...]:
    width = (frame.end - frame.left) / max(len(xs) - 1, 1)
    return tuple(
        Slot(
            x=_text(x - width / 2),
            width=_text(width),
            center=_text(x),
            points=" ".join(_text(ys[index]) for ys in heights),
            words=_sentence(series, rows[index]),
        )
        for index, x in enumerate(xs)
    )


def _sentence(series: Sequence[Series], row: TableRow) -> str:
    parts = (f"{one.label} {value:,}" for one, value in zip(series, row.values, strict=True))
    return f"{row.words}: {' · '.join(parts)}"


def _text(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
