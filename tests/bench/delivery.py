"""How fast do contacts leave when nothing holds them back? Beside two clients that keep no records.

Rate: contacts over the seconds that the command names (`deliver`, from its first claim to its last
settlement) or that the rival's loop took; the start of the interpreter is in neither. Processor
time and memory: of the whole client process, its start included; a table of its own says how much
the start is. What the database server and the simulator spent stands beside it.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from tests.bench import people
from tests.bench.databases import Kind
from tests.bench.grounds import Grounds
from tests.bench.interleaving import Cell, Figures, interleave, say
from tests.bench.measuring import Failed, Finished
from tests.bench.options import Options
from tests.bench.rivals import running
from tests.bench.rivals.running import NotInstalled, Rival
from tests.bench.simulator import Simulator
from tests.bench.table import Column, Report, Row, Table, Target, judged, not_judged
from tests.bench.workspace import Workspace

TARGETS = (
    "without latency: above one plain requests.Session, with everything stored",
    "at 50 ms: at least 10 times basecrm, in one process",
    "memory flat under 150 MB from 100,000 contacts on, under 300 MB from 1,000,000 on",
)
LATENCIES_MS = (0, 50)
# One request after another at 50 ms is 20 a second: a rival's rate needs no more than this.
MOST_WITH_LATENCY = 200
FEWEST_FOR_MEMORY = 100_000
FLAT = 1.1
MB_PER_MIB = 1.048576
COLUMNS = (
    Column("rate", "contacts/s"),
    Column("cpu", "CPU s / 1,000", 2),
    Column("peak", "peak MiB"),
    Column("early", "after 1/4"),
    Column("server_cpu", "server CPU s / 1,000", 2),
    Column("simulator_cpu", "simulator CPU s / 1,000", 2),
)
START_COLUMNS = (Column("seconds", "s", 2), Column("cpu", "CPU s", 2), Column("peak", "peak MiB"))


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all cells share."""

    grounds: Grounds
    simulator: Simulator
    contacts: int
    # A workspace with everybody waiting to be sent, per database; runs work on copies.
    waiting: Mapping[Kind, Workspace]
    empty: Mapping[Kind, Workspace]

    def product(self, kind: Kind, latency_ms: int) -> Figures:
        self.simulator.reset(latency_seconds=latency_ms / 1000)
        with self.grounds.workspace(kind, like=self.waiting[kind]) as copy:
            space = copy.towards(self.simulator, requests_per_second=0)
            self.grounds.settle(kind)
            before = self.grounds.server_cpu_seconds(kind), self.simulator.cpu_seconds
            answer, finished = space.deliver()
            after = self.grounds.server_cpu_seconds(kind), self.simulator.cpu_seconds
        if answer["sent"] != self.contacts:
            raise Failed(f"{answer['sent']} contacts were sent instead of {self.contacts}")
        figures = self._figures(self.contacts, float(answer["seconds"]), finished)
        figures["server_cpu"] = (after[0] - before[0]) * 1000 / self.contacts
        figures["simulator_cpu"] = (after[1] - before[1]) * 1000 / self.contacts
        return figures

    def rival(self, rival: Rival, latency_ms: int) -> Figures:
        count = min(self.contacts, MOST_WITH_LATENCY) if latency_ms else self.contacts
        self.simulator.reset(latency_seconds=latency_ms / 1000)
        before = self.simulator.cpu_seconds
        seconds, finished = self._send(rival, count)
        figures = self._figures(count, seconds, finished)
        figures["simulator_cpu"] = (self.simulator.cpu_seconds - before) * 1000 / count
        if count < self.contacts:  # its start would be the larger part of it
            del figures["cpu"]
        return figures

    def start(self, kind: Kind) -> Figures:
        self.simulator.reset()
        with self.grounds.workspace(kind, like=self.empty[kind]) as copy:
            _, finished = copy.towards(self.simulator, requests_per_second=0).deliver()
        return _start(finished)

    def rivals_start(self, rival: Rival) -> Figures:
        return _start(self._send(rival, 0)[1])

    def _send(self, rival: Rival, count: int) -> tuple[float, Finished]:
        path = self.grounds.folder / f"contacts-{count}.jsonl"
        if not path.exists():
            people.write_contacts(path=path, count=count)
        environment = self.grounds.environment
        return rival.send(contacts=path, simulator=self.simulator, environment=environment)

    def _figures(self, count: int, seconds: float, finished: Finished) -> dict[str, float]:
        return {
            "rate": count / seconds,
            "cpu": finished.cpu_seconds * 1000 / count,
            "peak": finished.peak_mib,
            "early": finished.mib_after(0.25),
        }


def run(*, grounds: Grounds, options: Options) -> Report:
    report = Report(f"delivery: {options.contacts:,} contacts, no limit")
    with ExitStack() as stack:
        bench = _prepared(grounds, options, stack)
        rivals = _rivals(report)
        cells = [cell for ms in LATENCIES_MS for cell in _cells(bench, options, rivals, ms)]
        rows = interleave(cells=cells, runs=options.runs)
        starts = interleave(cells=_starts(bench, options, rivals), runs=options.runs)
    report.tables.append(Table("client", COLUMNS, rows))
    report.tables.append(Table("start alone (nothing to send)", START_COLUMNS, starts))
    report.targets.extend(_targets(rows, options))
    return report


def _prepared(grounds: Grounds, options: Options, stack: ExitStack) -> _Bench:
    simulator = stack.enter_context(grounds.simulator())
    path = grounds.folder / "waiting.jsonl"
    people.write_profiles(path=path, numbers=range(options.contacts))
    waiting, empty = {}, {}
    for kind in options.databases:
        say(f"{kind}: {options.contacts:,} contacts are lined up")
        blank = stack.enter_context(grounds.workspace(kind))
        empty[kind] = blank.towards(simulator, requests_per_second=0)
        empty[kind].prepare()
        # The backfill of nobody is over: workers that run all the time would not walk the table.
        empty[kind].deliver()
        full = stack.enter_context(grounds.workspace(kind, like=empty[kind]))
        full.ingest(path)
        grounds.vacuum(full.database)
        waiting[kind] = full
    return _Bench(grounds, simulator, options.contacts, waiting, empty)


def _rivals(report: Report) -> list[Rival]:
    rivals = [running.session()]
    try:
        rivals.append(running.basecrm())
    except NotInstalled as problem:
        report.notes.append(f"basecrm was not measured: {problem}.")
    return rivals


def _cells(bench: _Bench, options: Options, rivals: list[Rival], ms: int) -> list[Cell]:
    return [
        *(Cell(f"{ms} ms: {kind}", partial(bench.product, kind, ms)) for kind in options.databases),
        *(Cell(f"{ms} ms: {rival.name}", partial(bench.rival, rival, ms)) for rival in rivals),
    ]


def _starts(bench: _Bench, options: Options, rivals: list[Rival]) -> list[Cell]:
    return [
        *(Cell(str(kind), partial(bench.start, kind)) for kind in options.databases),
        *(Cell(rival.name, partial(bench.rivals_start, rival)) for rival in rivals),
    ]


def _start(finished: Finished) -> Figures:
    return {
        "seconds": finished.seconds,
        "cpu": finished.cpu_seconds,
        "peak": finished.peak_mib,
    }


def _targets(rows: Sequence[Row], options: Options) -> list[Target]:
    found = {row.label: row.figures for row in rows}
    targets = []
    for kind in options.databases:
        targets.append(_above_session(found, kind))
        targets.append(_ten_times_basecrm(found, kind))
        targets.append(_memory(found, kind, options.contacts))
    return targets


def _above_session(found: Mapping[str, Figures], kind: Kind) -> Target:
    ours = found[f"0 ms: {kind}"]["rate"]
    theirs = found["0 ms: one requests.Session"]["rate"]
    return judged(
        wanted=f"{kind}, 0 ms: above one requests.Session ({theirs:,.0f}/s)",
        figure=f"{ours:,.0f}/s",
        is_met=ours > theirs,
    )


def _ten_times_basecrm(found: Mapping[str, Figures], kind: Kind) -> Target:
    wanted = f"{kind}, 50 ms: at least 10 x basecrm"
    theirs = found.get("50 ms: basecrm 1.2.9")
    if theirs is None:
        return not_judged(wanted=wanted, why="basecrm was not measured")
    times = found[f"50 ms: {kind}"]["rate"] / theirs["rate"]
    return judged(wanted=wanted, figure=f"{times:.1f} x", is_met=times >= 10)


def _memory(found: Mapping[str, Figures], kind: Kind, contacts: int) -> Target:
    """Flat: once a quarter of the time is over, nothing to speak of is added."""
    most = max(found[f"{ms} ms: {kind}"]["peak"] for ms in LATENCIES_MS)
    rise = max(
        found[f"{ms} ms: {kind}"]["peak"] / found[f"{ms} ms: {kind}"]["early"]
        for ms in LATENCIES_MS
    )
    limit_mb = 300 if contacts >= 1_000_000 else 150
    wanted = f"{kind}: memory flat and under {limit_mb} MB"
    figure = f"{most * MB_PER_MIB:.0f} MB, {rise:.2f} x that of the first quarter"
    if contacts < FEWEST_FOR_MEMORY:
        return not_judged(wanted=wanted, why=f"{figure}; needs --contacts {FEWEST_FOR_MEMORY}")
    is_met = most * MB_PER_MIB < limit_mb and rise <= FLAT
    return judged(wanted=wanted, figure=figure, is_met=is_met)
