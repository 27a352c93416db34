"""A look that is taken again and again beside a run."""

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

JOIN_SECONDS = 30.0


class Onlooker(ABC):
    """A thread that looks until the block ends; what a look raises, the block raises at its end."""

    def __init__(self, *, name: str, every_seconds: float) -> None:
        self._every_seconds = every_seconds
        self._stop = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @abstractmethod
    def look(self) -> None:
        """Once."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(JOIN_SECONDS)
        if self._failure is not None and error is None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._every_seconds):
                self.look()
        except Exception as failure:  # noqa: BLE001  (told to the thread that waits for the end)
            self._failure = failure
