"""`make torture`: scenarios of the rig, each to its verdict.

ARGS="NAME ..." chooses some; without names all of them run on every database they are meant for.
"""

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from tests.torture import databases, registry, trial
from tests.torture.registry import Scenario
from tests.torture.verdict import Verdict


def main() -> int:
    # Ended from outside it still takes down what it started, and its folders with it.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    options = _options()
    known = registry.every()
    if options.list:
        for each in known.values():
            mark = "quick" if each.is_quick else ""
            print(f"{each.name:<28} {'+'.join(each.databases):<18} {mark:<6} {each.target}")
        return 0
    if options.again:
        options.tier = trial.QUICK
        again = registry.ONCE_FAILED
        return _close([_run(known[n], d, options, seed=s) for n, d, s in again], options.json)
    unknown = sorted(set(options.names) - known.keys())
    if unknown:
        print(f"No scenario is called {', '.join(unknown)}; --list names them.", file=sys.stderr)
        return 2
    names = options.names or [n for n, s in known.items() if options.tier == "full" or s.is_quick]
    verdicts = [
        _run(known[name], database, options)
        for name in names
        for database in _databases(known[name], options.database)
    ]
    return _close(verdicts, options.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--tier", choices=[trial.FULL, trial.QUICK], default=trial.FULL)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="repeats a run")
    parser.add_argument("--scale", type=float, default=1.0, help="shrinks the full tier")
    parser.add_argument("--database", choices=[databases.SQLITE, databases.POSTGRESQL])
    parser.add_argument("--again", action="store_true", help="only the seeds that once failed")
    parser.add_argument("--list", action="store_true", help="only name the scenarios")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the verdicts there")
    parser.add_argument("--keep", action="store_true", help="keep logs, ledger and database")
    return parser.parse_args()


def _databases(each: Scenario, only: str | None) -> tuple[str, ...]:
    return tuple(name for name in each.databases if only in (None, name))


def _run(
    each: Scenario, database: str, options: argparse.Namespace, seed: int | None = None
) -> Verdict:
    found = trial.run(
        each,
        database=database,
        seed=options.seed if seed is None else seed,
        tier=options.tier,
        scale=options.scale,
        keep=options.keep,
    )
    print(f"{found}\n", flush=True)
    return found


def _close(verdicts: list[Verdict], path: Path | None) -> int:
    for found in verdicts:
        name = f"{found.scenario} on {found.database}"
        print(f"{found.word:<11} {name:<44} seed {found.seed}, {found.seconds:.0f} s")
    if path is not None:
        path.write_text(json.dumps([found.as_json() for found in verdicts], indent=2) + "\n")
    return 0 if all(found.is_clean for found in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
