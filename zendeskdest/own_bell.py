"""A worker rings for itself: broker and scheduler may be away, the work is in the database.

Celery brings a message only while Redis lives and the worker hears it. So every worker process
runs each task by itself when nobody rang for it for a while. Tasks may run twice or never.
"""

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any

from celery import bootsteps
from celery.signals import task_postrun, task_prerun, worker_shutting_down
from django.db import DatabaseError, InterfaceError, connections

from zendeskdest.goodbye import AtWork, Goodbye

logger = logging.getLogger(__name__)


class Ringer:
    """Runs one task in a thread of its own whenever it was silent for `patience_seconds`."""

    def __init__(
        self,
        *,
        name: str,
        task: Callable[[], object],
        patience_seconds: float,
        at_work: AtWork,
    ) -> None:
        self._name = name
        self.task = task
        self._patience_seconds = patience_seconds
        self._at_work = at_work
        self._silent_since = time.monotonic()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"ring-{name}", daemon=True)
        self._failures = 0

    def start(self) -> None:
        self._thread.start()

    def heard(self, **kwargs: Any) -> None:
        """Somebody else rang."""
        self._silent_since = time.monotonic()

    def stop(self) -> None:
        """Ring no more; what runs ends by itself."""
        self._is_stopping.set()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._is_stopping.wait(max(0.0, self._seconds_left())):
            if self._seconds_left() <= 0:
                self._ring()

    def _seconds_left(self) -> float:
        return self._silent_since + self._patience_seconds - time.monotonic()

    def _ring(self) -> None:
        self._at_work.begin()
        try:
            self.task()
        except Exception as error:  # noqa: BLE001  (the next ring starts anew, whatever it was)
            self._failures += 1
            # Once, not each second for as long as a database is away.
            if self._failures == 1:
                logger.error("worker.task_failed task=%s %s", self._name, _words(error))
        else:
            if self._failures:
                words = "worker.task_works_again task=%s failures=%d"
                logger.warning(words, self._name, self._failures)
            self._failures = 0
        finally:
            connections.close_all()
            self._silent_since = time.monotonic()
            self._at_work.end()


def _words(error: Exception) -> str:
    """What went wrong and where, without the message: it may quote a row."""
    name = type(error).__name__
    if isinstance(error, DatabaseError | InterfaceError):
        return name
    return f"{name}\n{''.join(traceback.format_tb(error.__traceback__))}"


class OwnBell(bootsteps.StartStopStep):
    """The ringers of a worker, from before it looks for its broker until its end."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self._at_work = AtWork()
        self._goodbye = Goodbye(at_work=self._at_work)
        self._ringers = [
            Ringer(
                name=name,
                task=worker.app.tasks[name],
                patience_seconds=seconds,
                at_work=self._at_work,
            )
            for name, seconds in worker.app.conf.own_bell.items()
        ]

    def start(self, worker: Any) -> None:
        # Celery writes its last word there, in the signal handler and past all logging: on a full
        # disk that ends the worker before it was told to stop. Without the stream it is silent.
        sys.__stdout__ = None  # type: ignore[misc]
        task_prerun.connect(self._at_work.begin)
        task_postrun.connect(self._at_work.end)
        worker_shutting_down.connect(self._goodbye.ask)
        for ringer in self._ringers:
            task_prerun.connect(ringer.heard, sender=ringer.task)
            ringer.start()

    def stop(self, worker: Any) -> None:
        for ringer in self._ringers:
            ringer.stop()
        for ringer in self._ringers:
            ringer.join()
