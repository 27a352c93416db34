"""`make bench`: runs the benchmarks that are named, or all of them, and prints what they found."""

import json
import signal
import sys
from pathlib import Path
from types import ModuleType

from tests.bench import delivery, freshness, growth, ingest, limit, machine, options, pages, table
from tests.bench.grounds import Grounds, Missing
from tests.bench.interleaving import say
from tests.bench.measuring import Failed
from tests.bench.options import Options
from tests.bench.table import Report

BENCHMARKS: dict[str, ModuleType] = {
    "delivery": delivery,
    "limit": limit,
    "ingest": ingest,
    "freshness": freshness,
    "growth": growth,
    "pages": pages,
}


def main() -> int:
    chosen = options.read(words=sys.argv[1:], names=tuple(BENCHMARKS))
    if chosen.is_listing:
        _list()
        return 0
    # Ended from outside it still ends what it started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    facts = machine.describe()
    _print_machine(facts)
    reports = []
    for name in chosen.names:
        try:
            report = _measure(name, chosen)
        except (Failed, TimeoutError) as problem:
            report = Report(name, notes=[f"It failed. {problem}"], was_broken_off=True)
        reports.append(report)
        print("\n".join(report.lines()), flush=True)
    if chosen.json is not None:
        document = {"machine": facts, "benchmarks": [report.as_json() for report in reports]}
        Path(chosen.json).write_text(json.dumps(document, indent=1) + "\n")
    return table.exit_code(reports)


def _measure(name: str, chosen: Options) -> Report:
    say(f"{name} ...")
    try:
        with Grounds() as grounds:
            report: Report = BENCHMARKS[name].run(grounds=grounds, options=chosen)
    except Missing as missing:
        return Report(name, notes=[f"Not measured. {missing}."])
    return report


def _print_machine(facts: dict[str, str]) -> None:
    print("\n".join(f"{name}: {words}" for name, words in facts.items()))
    print(
        "Medians of interleaved runs. PostgreSQL writes durably (fsync on); SQLite as the product "
        "sets it (WAL; synchronous=FULL for ingest, NORMAL for workers).",
        flush=True,
    )


def _list() -> None:
    for name, benchmark in BENCHMARKS.items():
        assert benchmark.__doc__ is not None
        print(f"{name}: {benchmark.__doc__.splitlines()[0]}")
        for target in benchmark.TARGETS:
            print(f"    {target}")


if __name__ == "__main__":
    sys.exit(main())
