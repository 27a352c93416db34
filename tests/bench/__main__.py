"""`make bench`: ingest and delivery on both databases, and the sandbox itself, as one table.

Runs are interleaved and the medians shown: figures on a busy machine are noisy, ratios less so.
ARGS="--profiles 20000 --runs 3" are the defaults.
"""

import argparse
import platform
import sqlite3
import statistics
import sys
import tempfile
import uuid
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import django
import psycopg
from psycopg import sql

from tests.bench.workspace import Measured, Workspace, sandbox, workspace, write_profiles
from tests.services import postgresql, programs

Figures = dict[str, list[tuple[float, float, float]]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--profiles", type=int, default=20_000, help="loaded by `ingest`")
    parser.add_argument("--contacts", type=int, default=4_000, help="sent by `deliver`")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    figures: Figures = defaultdict(list)
    with ExitStack() as stack:
        address = stack.enter_context(sandbox())
        folder = programs.postgresql().path
        server = stack.enter_context(postgresql.serve(programs=folder)) if folder else ""
        for number in range(options.runs):
            print(f"run {number + 1} of {options.runs} ...", file=sys.stderr, flush=True)
            _measure("SQLite", "", address, options, figures)
            if server:
                _measure("PostgreSQL", server, address, options, figures)
    _print(figures, options.runs, has_postgresql=bool(server))
    return 0


def _measure(
    name: str, server: str, address: str, options: argparse.Namespace, figures: Figures
) -> None:
    """One round of everything on one database; `server` is empty for SQLite."""

    def database() -> str:
        return _new_database(server, f"bench_{uuid.uuid4().hex}") if server else ""

    def note(what: str, count: int, measured: Measured) -> None:
        seconds = float(measured.answer["seconds"])
        per_thousand = measured.cpu_seconds * 1000 / count
        figures[f"{name}: {what}"].append((count / seconds, per_thousand, measured.peak_mib))

    with tempfile.TemporaryDirectory() as folder:
        first, changed = Path(folder) / "first.jsonl", Path(folder) / "changed.jsonl"
        write_profiles(path=first, count=options.profiles, tier="gold")
        write_profiles(path=changed, count=options.profiles, tier="silver")
        with workspace(database_url=database(), sandbox_url=address) as space:
            note("ingest, new", options.profiles, space.run("ingest", str(first)))
            note("ingest, unchanged", options.profiles, space.run("ingest", str(first)))
            note("ingest, changed", options.profiles, space.run("ingest", str(changed)))
    _measure_delivery(database(), address, options.contacts, note)


def _measure_delivery(
    database_url: str,
    address: str,
    contacts: int,
    note: Callable[[str, int, Measured], None],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contacts.jsonl"
        write_profiles(path=path, count=contacts, tier="gold")
        with workspace(database_url=database_url, sandbox_url=address) as space:
            space.run("ingest", str(path))
            delivered = space.run("deliver", "--until-idle")
            assert delivered.answer["sent"] == contacts, delivered.answer
            note("deliver, no limit", contacts, delivered)
            _deliver_unchanged(space, path)


def _deliver_unchanged(space: Workspace, path: Path) -> None:
    space.run("ingest", str(path))
    again = space.run("deliver", "--until-idle")
    assert again.answer["sent"] == 0, "an unchanged re-import must send nothing"


def _new_database(server: str, name: str) -> str:
    """An empty database beside the server's own; its URL."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{server.rsplit('/', 1)[0]}/{name}"


def _print(figures: Figures, runs: int, *, has_postgresql: bool) -> None:
    versions = f"Python {platform.python_version()}, Django {django.__version__}"
    print(f"\n{versions}, SQLite {sqlite3.sqlite_version}, {platform.platform()}")
    print(f"Medians of {runs} interleaved runs; CPU and peak memory of the whole command;")
    print("PostgreSQL without fsync, as in the tests.\n")
    print(f"{'what':<34}{'per second':>12}{'CPU s / 1,000':>16}{'peak MiB':>11}")
    for what, rows in figures.items():
        rate, cpu, peak = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{what:<34}{rate:>12,.0f}{cpu:>16.2f}{peak:>11.0f}")
    if not has_postgresql:
        print(f"\nPostgreSQL was not measured. {programs.postgresql().reason}")


if __name__ == "__main__":
    sys.exit(main())
