"""Does a profile cost more when there are many? The same work on tables of growing size.

A table of N profiles, all of them waiting to be sent, is made once per size and database; each run
works on a copy. Its destination's backfill is over before the first profile comes: it walks all N,
and beside a slice of them its whole cost would be counted against a few. Delivery: the first
contacts of the N (--contacts) are sent without limit, and what is counted lies between the looks at
which a twentieth and nineteen twentieths of them had come to the sandbox, so that neither the start
nor the end of the command is in it. Ingest: as many rows by file, as a slice of a file of
all N in their order: first the people who were sent (unchanged, then changed), then new ones, over
the seconds that the command names. Then people scattered over the whole table, whose rows share no
page: shown, not judged, for in the small table they are neighbours. Processor time is that of the
process and of the database server together; from that of `ingest` what a file of one row takes is
taken off, because a constant part would hide a rise.
"""

import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial

from tests.bench import measuring, people
from tests.bench.databases import Kind
from tests.bench.grounds import Grounds
from tests.bench.interleaving import Cell, Figures, interleave, say
from tests.bench.measuring import Failed, Finished, Look
from tests.bench.options import Options
from tests.bench.simulator import Simulator
from tests.bench.table import Column, Report, Row, Table, Target, judged
from tests.bench.workspace import Workspace

TARGETS = (
    "a profile costs at most 20 % more in the largest table than in the smallest",
    "delivery under 150 MB at 100,000 profiles, under 300 MB at 1,000,000",
    "(--sizes 10000,100000,1000000)",
)
MOST_RISE = 1.20
MB_PER_MIB = 1.048576
# The most MB of the delivering process, by the profiles it is allowed at.
MOST_MB = {100_000: 150, 1_000_000: 300}
LOOK_EVERY_SECONDS = 0.1
DELIVERY = ("deliver ms", "deliver CPU ms")
UNITS = ("ms", "CPU ms")
WAVES = ("unchanged", "changed", "new")
SCATTERED = ("scattered unchanged", "scattered changed")
INGEST = tuple(f"{wave} {unit}" for wave in WAVES for unit in UNITS)
SHOWN = tuple(f"{wave} {unit}" for wave in SCATTERED for unit in UNITS)
COLUMNS = (
    *(Column(key, key, 3) for key in (*DELIVERY, *INGEST, *SHOWN)),
    Column("deliver peak", "deliver peak MiB"),
    Column("ingest peak", "ingest peak MiB"),
)


@dataclass(slots=True)
class _Slice:
    """Looks at a delivery from outside and ends it when enough contacts came to the sandbox."""

    simulator: Simulator
    contacts: int
    # Processor seconds of the database server so far.
    server_seconds: Callable[[], float]
    # (seconds, requests, processor seconds) at the first and the last look that count.
    marks: list[tuple[float, int, float]] = field(default_factory=list)
    looked_at: float = 0.0

    def look(self, look: Look) -> None:
        if len(self.marks) == 2 or look.seconds - self.looked_at < LOOK_EVERY_SECONDS:
            return
        self.looked_at = look.seconds
        requests = self.simulator.requests
        share = 0.05 if not self.marks else 0.95
        if requests >= share * self.contacts:
            spent = measuring.cpu_seconds(look.process.pid) + self.server_seconds()
            self.marks.append((look.seconds, requests, spent))
        if len(self.marks) == 2:
            look.process.send_signal(signal.SIGTERM)

    def figures(self, finished: Finished) -> dict[str, float]:
        """Raises Failed when the slice was not sent; that the command was stopped is as planned."""
        if len(self.marks) < 2:
            said = finished.errors[-4000:]
            raise Failed(f"fewer than {self.contacts} contacts came to the sandbox:\n{said}")
        (began, first, spent_first), (ended, last, spent_last) = self.marks
        return {
            "deliver ms": (ended - began) * 1000 / (last - first),
            "deliver CPU ms": (spent_last - spent_first) * 1000 / (last - first),
        }


@dataclass(frozen=True, slots=True)
class _Ingested:
    """What a file cost; processor seconds of the process and the server together."""

    seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class _Bench:
    grounds: Grounds
    simulator: Simulator
    contacts: int
    tables: Mapping[tuple[Kind, int], Workspace]

    def measure(self, kind: Kind, size: int) -> Figures:
        with self.grounds.workspace(kind, like=self.tables[kind, size]) as copy:
            space = copy.towards(self.simulator, requests_per_second=0)
            self.grounds.settle(kind)
            figures = self._deliver(space)
            known = range(self.contacts)
            new = range(size, size + self.contacts)
            scattered = range(0, size, size // self.contacts)[: self.contacts]
            start = self._ingest(space, range(1), "gold").cpu_seconds
            for wave, numbers, edition in (
                ("unchanged", known, "gold"),
                ("changed", known, "silver"),
                ("new", new, "gold"),
                ("scattered changed", scattered, "platinum"),
                ("scattered unchanged", scattered, "platinum"),
            ):
                ingested = self._ingest(space, numbers, edition)
                spent = ingested.cpu_seconds - start
                figures |= {
                    f"{wave} ms": ingested.seconds * 1000 / len(numbers),
                    f"{wave} CPU ms": spent * 1000 / len(numbers),
                    "ingest peak": ingested.peak_mib,
                }
        return figures

    def _deliver(self, space: Workspace) -> dict[str, float]:
        self.simulator.reset()
        kind = space.database.kind
        server_seconds = partial(self.grounds.server_cpu_seconds, kind)
        part = _Slice(self.simulator, self.contacts, server_seconds)
        finished = space.run("deliver", "--until-idle", "--json", look=part.look)
        return {**part.figures(finished), "deliver peak": finished.peak_mib}

    def _ingest(self, space: Workspace, numbers: Sequence[int], edition: str) -> _Ingested:
        path = self.grounds.folder / "wave.jsonl"
        people.write_profiles(path=path, numbers=numbers, edition=edition)
        kind = space.database.kind
        self.grounds.settle(kind)
        before = self.grounds.server_cpu_seconds(kind)
        answer, finished = space.ingest(path)
        spent = self.grounds.server_cpu_seconds(kind) - before + finished.cpu_seconds
        return _Ingested(float(answer["seconds"]), spent, finished.peak_mib)


def run(*, grounds: Grounds, options: Options) -> Report:
    contacts = min(options.contacts, options.sizes[0])
    report = Report(f"growth: per profile, {contacts:,} of them at a time")
    with ExitStack() as stack:
        simulator = stack.enter_context(grounds.simulator())
        tables = {
            (kind, size): table
            for kind in options.databases
            for size, table in _tables(grounds, kind, options.sizes, stack).items()
        }
        bench = _Bench(grounds, simulator, contacts, tables)
        cells = [
            Cell(f"{kind}, {size:,}", partial(bench.measure, kind, size))
            for size in options.sizes
            for kind in options.databases
        ]
        rows = interleave(cells=cells, runs=options.runs)
    report.tables.append(Table("profiles in the table", COLUMNS, _by_kind(rows, options)))
    report.targets.extend(_targets(rows, options))
    return report


def _tables(
    grounds: Grounds, kind: Kind, sizes: Sequence[int], stack: ExitStack
) -> dict[int, Workspace]:
    """A workspace for each size, each grown out of the one before."""
    tables: dict[int, Workspace] = {}
    path = grounds.folder / "growth.jsonl"
    previous, there = None, 0
    for size in sizes:
        say(f"{kind}: a table of {size:,}")
        table = stack.enter_context(grounds.workspace(kind, like=previous))
        if previous is None:
            table.prepare()
            table.deliver()
        table.ingest(people.write_profiles(path=path, numbers=range(there, size)))
        grounds.vacuum(table.database)
        tables[size] = previous = table
        there = size
    path.unlink()
    return tables


def _by_kind(rows: Sequence[Row], options: Options) -> list[Row]:
    return [row for kind in options.databases for row in rows if row.label.startswith(f"{kind},")]


def _targets(rows: Sequence[Row], options: Options) -> list[Target]:
    found = {row.label: row.figures for row in rows}
    targets = []
    for kind in options.databases:
        first = found[f"{kind}, {options.sizes[0]:,}"]
        last = found[f"{kind}, {options.sizes[-1]:,}"]
        for key in (*DELIVERY, *INGEST):
            targets.append(_rise(kind, options, key, last[key] / first[key]))
        for size in options.sizes:
            if size in MOST_MB:
                targets.append(_memory(kind, size, found[f"{kind}, {size:,}"]))
    return targets


def _rise(kind: Kind, options: Options, key: str, rise: float) -> Target:
    sizes = f"{options.sizes[0]:,} to {options.sizes[-1]:,}"
    return judged(
        wanted=f"{kind}, {sizes}: {key} at most {MOST_RISE:.2f} x",
        figure=f"{rise:.2f} x",
        is_met=rise <= MOST_RISE,
    )


def _memory(kind: Kind, size: int, figures: Figures) -> Target:
    peak_mb = figures["deliver peak"] * MB_PER_MIB
    return judged(
        wanted=f"{kind}, {size:,}: delivery under {MOST_MB[size]} MB",
        figure=f"{peak_mb:.0f} MB",
        is_met=peak_mb < MOST_MB[size],
    )
