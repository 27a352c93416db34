"""One process of ours: started in a session of its own, heard line by line, ended for good."""

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping
from typing import BinaryIO

from zendeskdest.serving.roles import Role

PR_SET_PDEATHSIG = 1
LONGEST_LINE = 64 * 1024


class Child:
    """A running Role. The Ctrl-C of a terminal reaches us alone: we decide who stops and when."""

    def __init__(self, *, role: Role, environment: Mapping[str, str]) -> None:
        self.role = role
        # It closed its output: there is nothing more to hear, whether it runs on or not.
        self.is_silent = False
        self._unfinished = b""
        self._process = subprocess.Popen(
            role.command,
            env={**environment, **role.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_ask_to_end_with(os.getpid()),
        )
        os.set_blocking(self.output.fileno(), False)

    @property
    def output(self) -> BinaryIO:
        assert self._process.stdout is not None
        stream: BinaryIO = self._process.stdout  # type: ignore[assignment]
        return stream

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def lines(self) -> list[str]:
        """The complete lines it wrote since the last call; at its end also the rest."""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output.fileno(), 65536):
                self._unfinished += chunk
            self.is_silent = True
        *complete, rest = self._unfinished.split(b"\n")
        if rest and (len(rest) > LONGEST_LINE or self.is_silent):
            complete, rest = [*complete, rest], b""
        self._unfinished = rest
        return [line.decode(errors="replace").rstrip() for line in complete]

    def ask_to_stop(self) -> None:
        """SIGTERM to the process itself: gunicorn and Celery pass on what their own need."""
        if self.exit_code is None:
            self._process.terminate()

    def kill(self) -> None:
        """SIGKILL to it and to everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """After its end: leave nothing of its session behind."""
        self.kill()
        self.output.close()


def _ask_to_end_with(parent: int) -> Callable[[], None]:
    """SIGTERM for the child when we die without a word (kill -9), where the system has it."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)

    def before_exec() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return before_exec
