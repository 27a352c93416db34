"""Starting a server of ours for a test, and ending it by its id, never by its name."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

PR_SET_PDEATHSIG = 1
# Loaded here: between fork and exec is no moment to look for a library.
_LIBC = ctypes.CDLL(None)
# Linux ends the child when the *thread* that started it ends, so one that lasts starts them all.
_STARTER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="starter")


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def die_with_parent() -> None:
    """For `preexec_fn`: a killed test run leaves no server behind (Linux)."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command: list[Any], **options: Any) -> "subprocess.Popen[bytes]":
    """A process that ends with this one, from whichever thread it is asked for."""

    def begin() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent, **options
        )

    return _STARTER.submit(begin).result()


def is_listening(*, port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def wait_until(condition: Callable[[], bool], *, what: str, seconds: float = 20) -> None:
    """Poll `condition`; raises TimeoutError naming `what` did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)


def end(process: subprocess.Popen[bytes], *, by: signal.Signals, seconds: float = 10) -> int:
    """Signal, wait, and kill what did not listen; returns the exit code."""
    if process.poll() is None:
        process.send_signal(by)
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(timeout=seconds)
    process.kill()
    return process.wait(timeout=10)


def is_alive(pid: int) -> bool:
    """Whether it runs: a zombie, which only waits to be counted, does not."""
    return _parent(pid) is not None


def descendants(pid: int) -> set[int]:
    """Every living process under `pid`."""
    known = (int(name) for name in os.listdir("/proc") if name.isdigit())
    parents = {child: parent for child in known if (parent := _parent(child)) is not None}
    found: set[int] = set()
    frontier = {pid}
    while frontier:
        frontier = {child for child, parent in parents.items() if parent in frontier} - found
        found |= frontier
    return found


def _parent(pid: int) -> int | None:
    """By /proc; None for a process that ended."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as stat:
        state, parent = stat.read().rpartition(")")[2].split()[:2]
        return None if state == "Z" else int(parent)
    return None
