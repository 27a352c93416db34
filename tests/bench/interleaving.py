"""Several runs of several things in turn, and the medians: a busy minute then hits all alike."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.table import Row

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing to measure; `measure` does one whole run of it."""

    label: str
    measure: Callable[[], Figures]


def interleave(*, cells: Sequence[Cell], runs: int) -> list[Row]:
    """Each cell once, then each again: a row per cell, in their order."""
    found: list[list[Figures]] = [[] for _ in cells]
    for number in range(runs):
        for cell, figures in zip(cells, found, strict=True):
            say(f"run {number + 1} of {runs}: {cell.label}")
            figures.append(cell.measure())
    return [
        Row(cell.label, medians(figures), tuple(figures))
        for cell, figures in zip(cells, found, strict=True)
    ]


def medians(runs: Sequence[Figures]) -> dict[str, float]:
    """Of each figure that every run has."""
    keys = [key for key in runs[0] if all(key in figures for figures in runs)]
    return {key: statistics.median(figures[key] for figures in runs) for key in keys}


def say(words: str) -> None:
    """To the one who waits; the results go to standard output."""
    print(f"  {words}", file=sys.stderr, flush=True)
