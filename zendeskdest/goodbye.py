"""The end of a worker: soon after its last task, whether or not its broker answers.

Celery says goodbye to its broker, and waits for as long as a broker that stands still is silent.
"""

import logging
import os
import threading
import time
from typing import Any

logger = logging.getLogger(__name__)

# What Celery gets after the last task; it needs one to four seconds normally.
GOODBYE_SECONDS = 4.5
LOOK_EVERY_SECONDS = 0.1


class AtWork:
    """How many tasks run in this process, in the pool's threads or elsewhere."""

    def __init__(self) -> None:
        self._count = 0
        self._lock = threading.Lock()

    def begin(self, **kwargs: Any) -> None:
        with self._lock:
            self._count += 1

    def end(self, **kwargs: Any) -> None:
        with self._lock:
            self._count -= 1

    @property
    def is_idle(self) -> bool:
        return self._count <= 0


class Goodbye:
    """Once asked, ends the process when it outlives its last task."""

    def __init__(self, *, at_work: AtWork) -> None:
        self._at_work = at_work

    def ask(self, **kwargs: Any) -> None:
        """Called in a signal handler; returns at once."""
        threading.Thread(target=self._see_out, name="goodbye", daemon=True).start()

    def _see_out(self) -> None:
        idle_since = time.monotonic()
        while time.monotonic() - idle_since < GOODBYE_SECONDS:
            time.sleep(LOOK_EVERY_SECONDS)
            if not self._at_work.is_idle:
                idle_since = time.monotonic()
        logger.warning("worker.left broker=silent")
        logging.shutdown()
        # Past Celery, which still waits. Every claim was settled or handed back by the tasks.
        os._exit(0)
