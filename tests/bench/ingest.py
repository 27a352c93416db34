"""How fast do profiles come in, by file and over HTTP: new ones, unchanged ones, changed ones?

Files: rows over the seconds that the command names; processor time and memory of its whole
process. HTTP: rows over the time from the first request to the last 202, in bodies of 500 over two
connections, against the web process as `serve` starts it; processor time is that of the web
process. Then everybody is delivered, comes in once more unchanged both ways, and nothing may be
sent and no row of the deliveries may be touched.
"""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.bench import measuring, people, product, snapshot
from tests.bench.databases import Kind
from tests.bench.grounds import Grounds
from tests.bench.interleaving import Cell, Figures, interleave, say
from tests.bench.options import Options
from tests.bench.product import Api
from tests.bench.table import Column, Report, Row, Table, Target, judged, not_judged
from tests.bench.workspace import Workspace

TARGETS = (
    "PostgreSQL: 1,000,000 profiles by file in at most 10 minutes (--profiles 1000000)",
    "memory flat while they come in",
    "unchanged once more: 0 requests, 0 rows of the deliveries changed",
)
MILLION = 1_000_000
LONGEST_SECONDS = 600.0
FLAT = 1.1
FEWEST_FOR_MEMORY = 100_000
BODY_ROWS = 500
CONNECTIONS = 2
MOST_OVER_HTTP = 50_000
MOST_SENT_AGAIN = 2_000
# The same people three times: unknown, known, and each with another loyalty tier.
WAVES: Mapping[str, str] = {"new": "gold", "unchanged": "gold", "changed": "silver"}
COLUMNS = (
    Column("rate", "rows/s"),
    Column("cpu", "CPU s / 1,000", 3),
    Column("peak", "peak MiB"),
    Column("early", "after 1/4"),
    Column("server_cpu", "server CPU s / 1,000", 3),
)


@dataclass(frozen=True, slots=True)
class _Bench:
    grounds: Grounds
    profiles: int
    empty: Mapping[Kind, Workspace]
    files: Mapping[str, Path]

    @property
    def over_http(self) -> int:
        return min(self.profiles, MOST_OVER_HTTP)

    def by_file(self, kind: Kind) -> Figures:
        figures: dict[str, float] = {}
        with self.grounds.workspace(kind, like=self.empty[kind]) as space:
            for wave, edition in WAVES.items():
                self.grounds.settle(kind)
                before = self.grounds.server_cpu_seconds(kind)
                answer, finished = space.ingest(self.files[edition])
                spent = self.grounds.server_cpu_seconds(kind) - before
                figures |= {
                    f"{wave} rate": self.profiles / float(answer["seconds"]),
                    f"{wave} cpu": finished.cpu_seconds * 1000 / self.profiles,
                    f"{wave} peak": finished.peak_mib,
                    f"{wave} early": finished.mib_after(0.25),
                    f"{wave} server_cpu": spent * 1000 / self.profiles,
                }
        return figures

    def by_http(self, kind: Kind) -> Figures:
        figures: dict[str, float] = {}
        with ExitStack() as stack:
            copy = stack.enter_context(self.grounds.workspace(kind, like=self.empty[kind]))
            api = stack.enter_context(product.web(product.brokered(self.grounds, copy)))
            for wave, edition in WAVES.items():
                bodies = _bodies(self.over_http, edition)
                self.grounds.settle(kind)
                before = measuring.cpu_seconds(api.pid), self.grounds.server_cpu_seconds(kind)
                seconds = _post(api, bodies)
                after = measuring.cpu_seconds(api.pid), self.grounds.server_cpu_seconds(kind)
                figures |= {
                    f"{wave} rate": self.over_http / seconds,
                    f"{wave} cpu": (after[0] - before[0]) * 1000 / self.over_http,
                    f"{wave} server_cpu": (after[1] - before[1]) * 1000 / self.over_http,
                }
        return figures


def run(*, grounds: Grounds, options: Options) -> Report:
    report = Report(f"ingest: {options.profiles:,} profiles")
    with ExitStack() as stack:
        bench = _prepared(grounds, options, stack)
        rows = _rows(bench, options)
        report.tables.append(Table("rows", COLUMNS, rows))
        report.targets.extend(_speed(rows, options))
        for kind in options.databases:
            report.targets.extend(_once_more(bench, kind))
    return report


def _prepared(grounds: Grounds, options: Options, stack: ExitStack) -> _Bench:
    files = {
        edition: people.write_profiles(
            path=grounds.folder / f"{edition}.jsonl",
            numbers=range(options.profiles),
            edition=edition,
        )
        for edition in set(WAVES.values())
    }
    empty = {}
    for kind in options.databases:
        empty[kind] = stack.enter_context(grounds.workspace(kind))
        empty[kind].prepare()
    return _Bench(grounds, options.profiles, empty, files)


def _rows(bench: _Bench, options: Options) -> list[Row]:
    """A row per database, way and wave; each run takes the waves in order."""
    cells = [
        *(Cell(f"{kind}, file", partial(bench.by_file, kind)) for kind in options.databases),
        *(Cell(f"{kind}, HTTP", partial(bench.by_http, kind)) for kind in options.databases),
    ]
    courses = interleave(cells=cells, runs=options.runs)
    return [_wave(course, wave) for course in courses for wave in WAVES]


def _wave(course: Row, wave: str) -> Row:
    def of_wave(figures: Figures) -> dict[str, float]:
        words = ((key.split(), value) for key, value in figures.items())
        return {key: value for (name, key), value in words if name == wave}

    runs = [of_wave(figures) for figures in course.runs]
    return Row(f"{course.label}: {wave}", of_wave(course.figures), runs)


def _bodies(count: int, edition: str) -> list[bytes]:
    return [
        json.dumps(
            {
                "profiles": [
                    people.profile(number, edition=edition)
                    for number in range(first, min(first + BODY_ROWS, count))
                ]
            }
        ).encode()
        for first in range(0, count, BODY_ROWS)
    ]


def _post(api: Api, bodies: Sequence[bytes]) -> float:
    """Seconds until the last was answered."""

    def post_share(number: int) -> None:
        with api.client() as client:
            for body in bodies[number::CONNECTIONS]:
                client.post(body)

    started = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as senders:
        for done in [senders.submit(post_share, number) for number in range(CONNECTIONS)]:
            done.result()
    return time.perf_counter() - started


def _once_more(bench: _Bench, kind: Kind) -> list[Target]:
    """Deliver everybody, let them come in unchanged by file and over HTTP, and deliver again."""
    say(f"{kind}: unchanged profiles come in once more")
    count = min(bench.profiles, MOST_SENT_AGAIN)
    path = people.write_profiles(path=bench.grounds.folder / "again.jsonl", numbers=range(count))
    with ExitStack() as stack:
        simulator = stack.enter_context(bench.grounds.simulator())
        copy = stack.enter_context(bench.grounds.workspace(kind, like=bench.empty[kind]))
        space = product.brokered(bench.grounds, copy).towards(simulator, requests_per_second=0)
        space.ingest(path)
        sent = int(space.deliver()[0]["sent"])
        before = snapshot.deliveries(space.database)
        simulator.reset()
        space.ingest(path)
        with product.web(space) as api:
            _post(api, _bodies(count, "gold"))
        is_untouched = snapshot.deliveries(space.database) == before
        space.deliver()
        requests = simulator.requests
    said = f"{kind}: {sent:,} delivered, then twice unchanged:"
    return [
        judged(wanted=f"{said} 0 requests", figure=f"{requests}", is_met=requests == 0),
        judged(
            wanted=f"{said} 0 rows of the deliveries changed",
            figure="0" if is_untouched else "some",
            is_met=is_untouched,
        ),
    ]


def _speed(rows: Sequence[Row], options: Options) -> list[Target]:
    found = {row.label: row.figures for row in rows}
    targets = []
    for kind in options.databases:
        new = found[f"{kind}, file: new"]
        seconds = MILLION / new["rate"]
        if kind is Kind.POSTGRESQL:
            targets.append(_million(seconds, options.profiles))
        rise = new["peak"] / new["early"]
        figure = f"{new['peak']:.0f} MiB, {rise:.2f} x that of the first quarter"
        wanted = f"{kind}: memory flat"
        if options.profiles < FEWEST_FOR_MEMORY:
            why = f"{figure}; needs --profiles {FEWEST_FOR_MEMORY}"
            targets.append(not_judged(wanted=wanted, why=why))
        else:
            targets.append(judged(wanted=wanted, figure=figure, is_met=rise <= FLAT))
    return targets


def _million(seconds: float, profiles: int) -> Target:
    wanted = "PostgreSQL: 1,000,000 new profiles in at most 10 minutes"
    figure = f"{seconds / 60:.1f} minutes"
    if profiles < MILLION:
        why = f"{figure} at this rate; needs --profiles {MILLION}"
        return not_judged(wanted=wanted, why=why)
    return judged(wanted=wanted, figure=figure, is_met=seconds <= LONGEST_SECONDS)
