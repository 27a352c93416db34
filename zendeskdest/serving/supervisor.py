"""Keeps roles running: passes on what they say, restarts what crashes, stops them all."""

import contextlib
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zendeskdest.serving.child import Child
from zendeskdest.serving.roles import Role

SHORTEST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0
# A child that ran this long was well: its next crash is a first one.
STEADY_SECONDS = 60.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def delay_seconds(*, crashes: int) -> float:
    """How long to wait before the restart after the `crashes`-th crash in a row: 1, 2, 4 .. 30."""
    return min(SHORTEST_DELAY_SECONDS * 2.0 ** min(crashes - 1, 10), LONGEST_DELAY_SECONDS)


@dataclass(slots=True)
class _Post:
    """A role, the child that fills it now, and its crashes in a row."""

    role: Role
    child: Child | None = None
    crashes: int = 0
    started_at: float = 0.0
    start_at: float = 0.0


class Supervisor:
    """`say` receives (role name, line); the names of our own words are empty.

    Times are seconds of the monotonic clock: nothing here is stored.
    """

    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        say: Callable[[str, str], None],
    ) -> None:
        self._posts: list[_Post] = []
        self._environment = environment
        self._write = say
        self._unsaid = 0
        self._selector = selectors.DefaultSelector()
        self._stops_asked = 0

    @contextlib.contextmanager
    def listening_to_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM ask to stop; the second one at once."""
        readable, writable = os.pipe()
        for end in (readable, writable):
            os.set_blocking(end, False)
        before = {number: signal.signal(number, self._on_signal) for number in STOP_SIGNALS}
        before_descriptor = signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
        self._selector.register(readable, selectors.EVENT_READ)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before_descriptor)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.close()
            os.close(readable)
            os.close(writable)

    def _on_signal(self, *_: object) -> None:
        self._stops_asked += 1

    @property
    def is_stopping(self) -> bool:
        return self._stops_asked > 0

    def start(self, *, roles: Sequence[Role]) -> None:
        """Start these without waiting for any, and keep them running from now on."""
        self._posts += [_Post(role=role) for role in roles]
        self._start_due()

    def run_until(self, condition: Callable[[], bool], *, every_seconds: float = 0.5) -> None:
        """Look after the children until `condition` holds or somebody asks to stop."""
        while not self.is_stopping and not condition():
            self._start_due()
            self._listen(seconds=every_seconds)
            self._bury()

    def stop(self) -> bool:
        """End every child; True when each ended by itself within its grace."""
        self._say("", "Stopping. Ctrl-C again stops at once.")
        asked_at, asked = time.monotonic(), self._stops_asked
        for child in self._children():
            child.ask_to_stop()
        were_all_gentle = True
        while running := [child for child in self._children() if child.exit_code is None]:
            waited = time.monotonic() - asked_at
            for child in running:
                if self._stops_asked > asked or waited > child.role.grace_seconds:
                    self._say("", f"{child.role.name} did not stop in time and was killed.")
                    child.kill()
                    were_all_gentle = False
            self._listen(seconds=0.1)
        for post in self._posts:
            if post.child is not None:
                self._release(post, post.child)
        return were_all_gentle

    def _children(self) -> list[Child]:
        return [post.child for post in self._posts if post.child is not None]

    def _start_due(self) -> None:
        for post in self._posts:
            now = time.monotonic()
            if post.child is None and now >= post.start_at:
                post.child = Child(role=post.role, environment=self._environment)
                post.started_at = now
                self._selector.register(post.child.output, selectors.EVENT_READ, post.child)

    def _listen(self, *, seconds: float) -> None:
        for key, _ in self._selector.select(timeout=seconds):
            if isinstance(key.data, Child):
                self._pass_on(key.data)
                if key.data.is_silent:
                    self._selector.unregister(key.fileobj)
            else:
                os.read(key.fd, 1024)  # the signal's byte; its handler did the rest

    def _say(self, name: str, text: str) -> None:
        """A line that cannot be written, for a full disk say, ends nothing; it is counted."""
        try:
            if self._unsaid:
                self._write("", f"Lines before this one that could not be written: {self._unsaid}.")
                self._unsaid = 0
            self._write(name, text)
        except OSError:
            self._unsaid += 1

    def _pass_on(self, child: Child) -> None:
        for line in child.lines():
            self._say(child.role.name, line)

    def _bury(self) -> None:
        """What ended without being asked to is started again, later each time."""
        for post in self._posts:
            child = post.child
            if child is None or child.exit_code is None:
                continue
            was_steady = time.monotonic() - post.started_at > STEADY_SECONDS
            post.crashes = 1 if was_steady else post.crashes + 1
            wait = delay_seconds(crashes=post.crashes)
            code = child.exit_code
            self._release(post, child)
            post.start_at = time.monotonic() + wait
            name = post.role.name
            self._say("", f"{name} ended with exit code {code}; it starts again in {wait:g} s.")

    def _release(self, post: _Post, child: Child) -> None:
        self._pass_on(child)
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.output)
        child.close()
        post.child = None
