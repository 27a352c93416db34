"""Children of a supervisor: heard, started again, stopped."""

import os
import sys
import time
from collections.abc import Iterator

import pytest

from tests.services.processes import is_alive, wait_until
from zendeskdest.serving import supervisor as module
from zendeskdest.serving.roles import Role
from zendeskdest.serving.supervisor import Supervisor, delay_seconds

Heard = list[tuple[str, str]]


def role(name: str, program: str, *, grace_seconds: float = 5.0) -> Role:
    return Role(
        name=name, command=(sys.executable, "-u", "-c", program), grace_seconds=grace_seconds
    )


@pytest.fixture
def heard() -> Heard:
    return []


@pytest.fixture
def supervised(heard: Heard) -> Iterator[Supervisor]:
    """A supervisor whose words end in `heard`; nothing of it outlives the test."""
    supervisor = Supervisor(
        environment=dict(os.environ), say=lambda name, text: heard.append((name, text))
    )
    with supervisor.listening_to_signals():
        yield supervisor
        supervisor.stop()


def until(condition: object, *, seconds: float = 10) -> object:
    deadline = time.monotonic() + seconds

    def holds() -> bool:
        assert time.monotonic() < deadline, "it did not happen in time"
        return bool(condition())  # type: ignore[operator]

    return holds


def run_until(supervised: Supervisor, condition: object) -> None:
    supervised.run_until(until(condition), every_seconds=0.05)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("crashes", "seconds"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (1000, 30)]
)
def test_a_restart_waits_longer_after_each_crash(crashes: int, seconds: float) -> None:
    assert delay_seconds(crashes=crashes) == seconds


def test_lines_arrive_with_the_name_of_the_child(supervised: Supervisor, heard: Heard) -> None:
    program = "import sys; print('first\\nsecond'); sys.stdout.write('unfinished')"
    supervised.start(roles=[role("web", program)])

    run_until(supervised, lambda: len(heard) >= 3)

    assert heard[:3] == [("web", "first"), ("web", "second"), ("web", "unfinished")]


def test_a_line_that_cannot_be_written_ends_nothing_and_is_counted() -> None:
    heard: Heard = []
    is_full = [True]

    def say(name: str, text: str) -> None:
        if is_full:
            is_full.clear()
            raise OSError("No space left on device")
        heard.append((name, text))

    supervisor = Supervisor(environment=dict(os.environ), say=say)
    with supervisor.listening_to_signals():
        supervisor.start(roles=[role("web", "print('up'); import time; time.sleep(60)")])
        run_until(supervisor, lambda: not is_full)
        supervisor.stop()

    assert heard[0] == ("", "Lines before this one that could not be written: 1.")


def test_a_crashed_child_is_started_again(supervised: Supervisor, heard: Heard) -> None:
    supervised.start(roles=[role("worker", "print('here'); raise SystemExit(7)")])

    run_until(supervised, lambda: heard.count(("worker", "here")) == 2)

    assert ("", "worker ended with exit code 7; it starts again in 1 s.") in heard


def test_a_child_that_listens_stops_in_peace(supervised: Supervisor, heard: Heard) -> None:
    supervised.start(roles=[role("web", "import time; print('up'); time.sleep(60)")])
    run_until(supervised, lambda: heard)

    assert supervised.stop()


def test_a_deaf_child_is_killed_after_its_grace(supervised: Supervisor, heard: Heard) -> None:
    program = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('up'); time.sleep(60)"
    )
    supervised.start(roles=[role("worker", program, grace_seconds=0.3)])
    run_until(supervised, lambda: heard)

    assert not supervised.stop()
    assert ("", "worker did not stop in time and was killed.") in heard


def test_what_a_child_started_goes_with_it(supervised: Supervisor, heard: Heard) -> None:
    program = (
        "import subprocess, sys;"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)"
    )
    supervised.start(roles=[role("web", program)])
    run_until(supervised, lambda: heard)
    grandchild = int(heard[0][1])

    supervised.stop()

    wait_until(lambda: not is_alive(grandchild), what="the end of the grandchild")


def test_a_stop_signal_ends_the_watch(supervised: Supervisor) -> None:
    os.kill(os.getpid(), module.STOP_SIGNALS[-1])

    supervised.run_until(lambda: False)

    assert supervised.is_stopping
