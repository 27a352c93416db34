"""A misbehaving line in a process of its own, so that the rig's own work does not delay it.

with serve(upstream=("127.0.0.1", 8090)) as proxy:
    proxy.meet(Trouble(Verb.RESET_AFTER, chance=0.3))   # for every request from now on
    ...
    proxy.clear()
    proxy.seen.struck[Verb.RESET_AFTER]                 # how often it bit
"""

from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.managers import BaseManager
from typing import Any

from tests.services import processes
from tests.torture.line import Line
from tests.torture.troubles import Seen, Trouble


class _Processes(BaseManager):
    """Makes lines elsewhere and passes calls on to them."""


_Processes.register("Line", Line, exposed=("open", "close", "meet", "clear", "reset_now", "seen"))


class Proxy:
    """The line elsewhere, on this `port`."""

    def __init__(self, *, line: Any) -> None:
        self._line = line
        self.port: int = line.open()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def seen(self) -> Seen:
        """What it saw so far."""
        seen: Seen = self._line.seen()
        return seen

    def meet(self, trouble: Trouble) -> None:
        """What requests that begin from now on meet, in the place of what they met so far."""
        self._line.meet(trouble)

    def clear(self) -> None:
        """All is well again. What was swallowed stays lost: those connections are reset."""
        self._line.clear()

    def reset_now(self, *, matching: str = "") -> int:
        """Reset the connections that stand at this moment; how many were."""
        count: int = self._line.reset_now(matching=matching)
        return count


@contextmanager
def serve(*, upstream: tuple[str, int], seed: int = 0) -> Iterator[Proxy]:
    """A proxy to this host and port until the end of the block."""
    # Not by fork: the rig has threads.
    lines = _Processes(ctx=get_context("spawn"))
    lines.start(initializer=processes.die_with_parent)
    try:
        yield Proxy(line=lines.Line(upstream=upstream, seed=seed))  # type: ignore[attr-defined]
    finally:
        lines.shutdown()
