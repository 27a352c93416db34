"""What was found: tables of figures, targets beside them, and how both are printed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not met"
    # The run was too small to say so, or a part of the machine was missing.
    NOT_JUDGED = "not judged"


@dataclass(frozen=True, slots=True)
class Target:
    """What was wanted of a figure, the figure, and whether that is enough."""

    wanted: str
    figure: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Column:
    """A figure by its key, its heading with the unit, and how exactly it is shown."""

    key: str
    heading: str
    places: int = 0

    def shown(self, figures: Mapping[str, float]) -> str:
        value = figures.get(self.key)
        return "" if value is None else f"{value:,.{self.places}f}"


@dataclass(frozen=True, slots=True)
class Row:
    """Medians under a label, and the single runs they are taken from."""

    label: str
    figures: Mapping[str, float]
    runs: Sequence[Mapping[str, float]] = ()


@dataclass(frozen=True, slots=True)
class Table:
    heading: str
    columns: Sequence[Column]
    rows: Sequence[Row]

    def cells(self) -> Iterable[Sequence[str]]:
        for row in self.rows:
            yield [row.label, *(column.shown(row.figures) for column in self.columns)]


@dataclass(slots=True)
class Report:
    """All that one benchmark found."""

    name: str
    tables: list[Table] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    was_broken_off: bool = False

    @property
    def has_failed(self) -> bool:
        """Whether a promise is broken, or could not be looked at."""
        return self.was_broken_off or any(t.verdict is Verdict.NOT_MET for t in self.targets)

    def lines(self) -> Iterable[str]:
        """As Markdown, aligned so that it reads well on a terminal too."""
        yield from ("", f"## {self.name}")
        for table in self.tables:
            heads = [table.heading, *(column.heading for column in table.columns)]
            rows = [
                [row.label, *(c.shown(row.figures) for c in table.columns)] for row in table.rows
            ]
            yield ""
            yield from aligned([heads, *rows])
        if self.targets:
            cells = [[target.wanted, target.figure, target.verdict] for target in self.targets]
            yield ""
            yield from aligned([["target", "figure", "verdict"], *cells], is_text=True)
        for note in self.notes:
            yield from ("", note)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def exit_code(reports: Iterable[Report]) -> int:
    """Of `make bench`: 1 when any target was missed."""
    return int(any(report.has_failed for report in reports))


def judged(*, wanted: str, figure: str, is_met: bool) -> Target:
    return Target(wanted, figure, Verdict.MET if is_met else Verdict.NOT_MET)


def not_judged(*, wanted: str, why: str) -> Target:
    return Target(wanted, why, Verdict.NOT_JUDGED)


def aligned(rows: Sequence[Sequence[str]], *, is_text: bool = False) -> Iterable[str]:
    """A Markdown table; figures stand at the right, texts at the left."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    is_left = [is_text or place == 0 for place in range(len(widths))]
    for number, row in enumerate(rows):
        cells = [
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(row, widths, is_left, strict=True)
        ]
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            rules = ("-" * (width + 1) for width in widths)
            ends = ("-" if left else ":" for left in is_left)
            yield f"|{'|'.join(map(str.__add__, rules, ends))}|"
