"""`make test`: everything on SQLite, what touches the store again on PostgreSQL.

A pytest run for what waits for something else: for a browser, for the storms, for a cluster of our
own. They go on beside one another, so that the processors do not wait; all summaries close the
output.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from tests.services import postgresql, programs

# A file stays with one worker; files are handed out in the order of tests/conftest.py.
WORKERS = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
# Lanes that keep the processors busy leave them to those that mostly wait, which end last.
PATIENT = ("nice", "-n", "5")
STORE = ("tests/store", "tests/journeys")
STORMS = "tests/torture/test_quick.py"
# Each waits most of its time: side by side both take as long as one.
STORMS_ON = ("sqlite", "postgresql")
# One browser and one installation serve all journeys, which wait for pages most of the time.
BROWSER = "tests/browser"
# Minutes of photographs: `make axe`.
SURVEY = "tests/browser/survey"
NOT_IN_A_BROWSER = ("-m", "not browser")
IN_A_BROWSER = "the pages in a browser"
ON_POSTGRESQL = "the store and the journeys, on PostgreSQL"
NO_TESTS_COLLECTED = 5


@dataclass(frozen=True, slots=True)
class Run:
    """How one pytest run ended."""

    title: str
    exit_code: int
    summary: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A pytest run in the background, whose output is kept until it is asked for."""

    title: str
    process: "subprocess.Popen[bytes]"
    output: IO[bytes]

    def wait(self) -> Run:
        """Its end, shown and told."""
        exit_code = self.process.wait()
        print(f"\n--- {self.title}", flush=True)
        self.output.seek(0)
        return Run(title=self.title, exit_code=exit_code, summary=_show(self.output))


@contextlib.contextmanager
def beside(
    *,
    title: str,
    arguments: tuple[str, ...],
    database_url: str = "",
    before: tuple[str, ...] = (),
) -> Iterator[Beside]:
    """A run in the background that does not outlive the block."""
    with tempfile.TemporaryFile() as output:
        process = _start(
            arguments=arguments, database_url=database_url, output=output, before=before
        )
        try:
            yield Beside(title=title, process=process, output=output)
        finally:
            if process.poll() is None:
                # As at Ctrl-C: pytest ends the servers it started.
                process.send_signal(signal.SIGINT)
                process.wait()


def _start(
    *,
    arguments: tuple[str, ...],
    database_url: str,
    output: int | IO[bytes],
    before: tuple[str, ...] = (),
) -> "subprocess.Popen[bytes]":
    colour = "yes" if sys.stdout.isatty() else "no"
    return subprocess.Popen(
        [*before, sys.executable, "-m", "pytest", f"--color={colour}", *arguments],
        env={**os.environ, "DATABASE_URL": database_url},
        stdout=output,
    )


def _show(output: IO[bytes]) -> str:
    """Copy it to our own output as it comes; its last line."""
    tail = b""
    while chunk := os.read(output.fileno(), 65536):
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        tail = (tail + chunk)[-4096:]
    lines = tail.decode(errors="replace").strip().splitlines() or [""]
    return lines[-1]


def run(*, title: str, arguments: tuple[str, ...], database_url: str) -> Run:
    """One pytest run, shown as it goes; an empty `database_url` is SQLite in a temporary folder."""
    print(f"\n--- {title}", flush=True)
    process = _start(
        arguments=(*WORKERS, *arguments),
        database_url=database_url,
        output=subprocess.PIPE,
        before=PATIENT,
    )
    assert process.stdout is not None
    summary = _show(process.stdout)
    return Run(title=title, exit_code=process.wait(), summary=summary)


def everything() -> list[Run]:
    """What `make test` does."""
    rest = (f"--ignore={STORMS}", f"--ignore={BROWSER}")
    with contextlib.ExitStack() as stack:
        browser = beside(title=IN_A_BROWSER, arguments=(BROWSER, f"--ignore={SURVEY}"))
        storms = [
            beside(title=f"the storm, on {on}", arguments=(STORMS, "-k", on)) for on in STORMS_ON
        ]
        others = [stack.enter_context(each) for each in (browser, *storms)]
        folder = programs.postgresql().path
        if folder is not None:
            url = stack.enter_context(postgresql.serve(programs=folder))
            second = beside(title=ON_POSTGRESQL, arguments=STORE, database_url=url, before=PATIENT)
            others.append(stack.enter_context(second))
        done = [run(title="every other test, on SQLite", arguments=rest, database_url="")]
        return [*done, *(other.wait() for other in others)]


def narrowed(extra: tuple[str, ...]) -> list[Run]:
    """What `make test ARGS="..."` does; paths among the pytest arguments narrow both runs."""
    done = [run(title="on SQLite", arguments=extra, database_url="")]
    names_paths = any(os.path.exists(word.split("::")[0]) for word in extra)
    where = () if names_paths else STORE
    # Words given by hand (ARGS="-k ...") may well choose nothing of the second run.
    second = _on_postgresql((*where, *NOT_IN_A_BROWSER, *extra))
    return done + [each for each in second if each.exit_code != NO_TESTS_COLLECTED]


def _on_postgresql(arguments: tuple[str, ...]) -> list[Run]:
    """One run against a cluster of our own; none where PostgreSQL is missing."""
    folder = programs.postgresql().path
    if folder is None:
        return []
    with postgresql.serve(programs=folder) as url:
        return [run(title=ON_POSTGRESQL, arguments=arguments, database_url=url)]


def main(extra: tuple[str, ...]) -> int:
    done = narrowed(extra) if extra else everything()
    for missing in programs.missing():
        print(f"\nMissing: {missing.reason}")
    for each in done:
        print(f"\n{each.title}:\n{each.summary}")
    return max(each.exit_code for each in done)


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
