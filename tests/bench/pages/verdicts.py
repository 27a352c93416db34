"""What was measured of each page, and whether it is enough. Arithmetic only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.freshness import percentile
from tests.bench.pages.survey import Asked
from tests.bench.table import Column, Row, Target, judged

MOST_P95_MS = 150.0
MOST_QUERIES = 15
MOST_BYTES = 200_000
MOST_PAINT_MS = 1_000.0
COLUMNS = (
    Column("p95", "p95 ms"),
    Column("median", "median ms"),
    Column("cpu", "CPU ms"),
    Column("queries", "queries"),
    Column("kb", "kB", 1),
    Column("zipped", "gzip kB", 1),
    Column("paint", "first paint ms"),
    Column("weight", "with all it loads kB"),
)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """One address. `paint_ms` and `weight` (bytes) are None for what no browser shows alone."""

    asked: Asked
    milliseconds: Sequence[float]
    cpu_ms: float
    paint_ms: float | None = None
    weight: int | None = None

    @property
    def p95(self) -> float:
        return percentile(self.milliseconds, 0.95)

    @property
    def row(self) -> Row:
        """Its line of the table."""
        figures = {
            "p95": self.p95,
            "median": median(self.milliseconds),
            "cpu": self.cpu_ms,
            "queries": float(self.asked.queries),
            "kb": self.asked.bytes / 1000,
            "zipped": self.asked.compressed_bytes / 1000,
        }
        if self.paint_ms is not None and self.weight is not None:
            figures |= {"paint": self.paint_ms, "weight": self.weight / 1000}
        return Row(self.asked.label, figures)


def slowest_first(measured: Sequence[Measured]) -> list[Measured]:
    return sorted(measured, key=lambda one: -one.p95)


def of_survey(*, of: str, asked: Sequence[Asked]) -> Iterator[Target]:
    """Of addresses that nobody timed; `of` as for `targets`."""
    pages = [one for one in asked if one.is_judged]
    yield _chatty(of, pages)
    heavy = [f"{one.label} {one.bytes / 1000:.0f} kB" for one in pages if one.bytes >= MOST_BYTES]
    yield _all(f"{of}: under {MOST_BYTES // 1000} kB without what it loads", heavy, len(pages))


def targets(*, of: str, measured: Sequence[Measured]) -> Iterator[Target]:
    """`of` says on which database, by whom. Files and redirects are shown, not judged."""
    pages = [one for one in measured if one.asked.is_judged]
    slow = [f"{one.asked.label} {one.p95:.0f} ms" for one in pages if one.p95 >= MOST_P95_MS]
    yield _all(f"{of}: p95 under {MOST_P95_MS:g} ms", slow, len(pages))
    yield _chatty(of, [one.asked for one in pages])
    heavy = [
        f"{one.asked.label} {max(one.asked.bytes, one.weight or 0) / 1000:.0f} kB"
        for one in pages
        if max(one.asked.bytes, one.weight or 0) >= MOST_BYTES
    ]
    yield _all(f"{of}: under {MOST_BYTES // 1000} kB", heavy, len(pages))
    shown = [one for one in pages if one.paint_ms is not None]
    late = [
        f"{one.asked.label} {one.paint_ms:.0f} ms"
        for one in shown
        if (one.paint_ms or 0.0) >= MOST_PAINT_MS
    ]
    if shown:
        wanted = f"{of}: first contentful paint under {MOST_PAINT_MS:g} ms"
        yield _all(wanted, late, len(shown))


def _chatty(of: str, pages: Sequence[Asked]) -> Target:
    misses = [f"{one.label} {one.queries}" for one in pages if one.queries > MOST_QUERIES]
    return _all(f"{of}: at most {MOST_QUERIES} queries", misses, len(pages))


def _all(wanted: str, misses: Sequence[str], count: int) -> Target:
    if not misses:
        return judged(wanted=wanted, figure=f"all {count}", is_met=True)
    more = f" and {len(misses) - _NAMED} more" if len(misses) > _NAMED else ""
    figure = f"{count - len(misses)} of {count}; not {', '.join(misses[:_NAMED])}{more}"
    return judged(wanted=wanted, figure=figure, is_met=False)
