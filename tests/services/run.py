"""`make test`: everything on SQLite, then what touches the store again on PostgreSQL.

One pytest run each, the second against a cluster of our own; both summaries close the output.
"""

import os
import subprocess
import sys
from dataclasses import dataclass

from tests.services import postgresql, programs

WORKERS = ("-n", "2", "--dist", "loadfile")
STORE = ("tests/store", "tests/journeys")
NOT_IN_A_BROWSER = ("-m", "not browser")
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True, slots=True)
class Run:
    """How one pytest run ended."""

    title: str
    exit_code: int
    summary: str


def run(*, title: str, arguments: tuple[str, ...], database_url: str) -> Run:
    """One pytest run, shown as it goes; an empty `database_url` is SQLite in a temporary folder."""
    print(f"\n--- {title}", flush=True)
    colour = "yes" if sys.stdout.isatty() else "no"
    command = [sys.executable, "-m", "pytest", f"--color={colour}", *WORKERS, *arguments]
    environment = {**os.environ, "DATABASE_URL": database_url}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    tail = b""
    while chunk := os.read(process.stdout.fileno(), 65536):
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        tail = (tail + chunk)[-4096:]
    lines = tail.decode(errors="replace").strip().splitlines() or [""]
    return Run(title=title, exit_code=process.wait(), summary=lines[-1])


def runs(extra: tuple[str, ...]) -> list[Run]:
    """What `make test` does; `extra` are pytest arguments, paths among them narrow both runs."""
    done = [run(title="every test, on SQLite", arguments=extra, database_url="")]
    folder = programs.postgresql().path
    if folder is None:
        return done
    names_paths = any(os.path.exists(word.split("::")[0]) for word in extra)
    where = () if names_paths else STORE
    with postgresql.serve(programs=folder) as url:
        second = run(
            title="the store and the journeys, on PostgreSQL",
            arguments=(*where, *NOT_IN_A_BROWSER, *extra),
            database_url=url,
        )
    # Words given by hand (ARGS="-k ...") may well choose nothing of the second run.
    if not (extra and second.exit_code == NO_TESTS_COLLECTED):
        done.append(second)
    return done


def main(extra: tuple[str, ...]) -> int:
    done = runs(extra)
    for missing in programs.missing():
        print(f"\nMissing: {missing.reason}")
    for each in done:
        print(f"\n{each.title}:\n{each.summary}")
    return max(each.exit_code for each in done)


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
