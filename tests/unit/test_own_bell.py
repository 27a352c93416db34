"""A worker that rings for itself: when, when not, and what it says of a task that fails."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError

from tests.services.processes import wait_until
from zendeskdest.goodbye import AtWork
from zendeskdest.own_bell import Ringer

PATIENCE = 0.2


class Task:
    """Counts its runs, and raises what it is told to."""

    def __init__(self) -> None:
        self.runs = 0
        self.error: Exception | None = None

    def __call__(self) -> None:
        self.runs += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def task() -> Task:
    return Task()


@pytest.fixture
def at_work() -> AtWork:
    return AtWork()


@pytest.fixture
def ring(at_work: AtWork) -> Iterator[Callable[[Callable[[], object]], Ringer]]:
    """Starts the ringer of a task; all are stopped afterwards."""
    started: list[Ringer] = []

    def start(task: Callable[[], object]) -> Ringer:
        ringer = Ringer(name="work", task=task, patience_seconds=PATIENCE, at_work=at_work)
        ringer.start()
        started.append(ringer)
        return ringer

    yield start
    for ringer in started:
        ringer.stop()
        ringer.join()


Start = Callable[[Callable[[], object]], Ringer]


def test_it_rings_again_and_again_when_nobody_else_does(ring: Start, task: Task) -> None:
    ring(task)

    wait_until(lambda: task.runs >= 3, what="three rings")


def test_it_keeps_silent_while_others_ring(ring: Start, task: Task) -> None:
    ringer = ring(task)
    deadline = time.monotonic() + 4 * PATIENCE
    while time.monotonic() < deadline:
        ringer.heard()
        time.sleep(PATIENCE / 20)

    assert task.runs == 0


def test_a_task_that_fails_is_rung_for_again(ring: Start, task: Task) -> None:
    task.error = OperationalError("no connection")
    ring(task)

    wait_until(lambda: task.runs >= 3, what="three rings")


def test_a_failure_is_told_once_and_so_is_its_end(
    ring: Start, task: Task, caplog: pytest.LogCaptureFixture
) -> None:
    task.error = OperationalError("Failing row contains (ann@example.org).")
    ring(task)
    wait_until(lambda: task.runs >= 3, what="three rings")
    task.error = None
    wait_until(lambda: "works_again" in caplog.text, what="a word on its end")

    assert caplog.text.count("worker.task_failed task=work OperationalError") == 1
    assert "ann@example.org" not in caplog.text


def test_of_an_error_in_the_program_the_place_is_told(
    ring: Start, task: Task, caplog: pytest.LogCaptureFixture
) -> None:
    task.error = ValueError("ann@example.org")
    ring(task)
    wait_until(lambda: "task_failed" in caplog.text, what="a word")

    assert "ValueError" in caplog.text
    assert "test_own_bell.py" in caplog.text
    assert "ann@example.org" not in caplog.text


def test_who_rings_is_at_work(ring: Start, at_work: AtWork) -> None:
    is_inside, may_end = threading.Event(), threading.Event()

    def task() -> None:
        is_inside.set()
        may_end.wait(10)

    ringer = ring(task)
    is_inside.wait(10)
    was_idle = at_work.is_idle
    may_end.set()
    ringer.stop()
    ringer.join()

    assert (was_idle, at_work.is_idle) == (False, True)
