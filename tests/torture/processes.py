"""A process of the product under torture: killed, stopped, continued, always by its own group."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services import processes
from tests.sources import ROOT

# As /proc/net/tcp writes them.
ESTABLISHED, DIALLING = "01", "02"


class Process:
    """One process group of ours, with a log of its own."""

    def __init__(
        self,
        *,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        folder: Path = ROOT,
    ) -> None:
        """`folder` is where the product's code lies: another release, for example."""
        self.name = name
        self.log = log
        self.is_stopped = False
        self._command = list(command)
        self._environment = dict(environment)
        self._folder = folder
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self) -> "Process":
        with self.log.open("ab") as log:
            self._popen = processes.start(
                self._command,
                env=self._environment,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.is_stopped = False
        return self

    @property
    def pid(self) -> int:
        assert self._popen is not None, f"{self.name} was not started"
        return self._popen.pid

    @property
    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def heeds(self, number: signal.Signals) -> bool:
        """Whether it has an answer of its own to a signal, and does not just die of it."""
        status = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        caught = next(line.split()[1] for line in status if line.startswith("SigCgt:"))
        return bool(int(caught, 16) >> (number - 1) & 1)

    def signal(self, number: signal.Signals) -> bool:
        """To the whole group; False when it had ended before."""
        if not self.is_running:
            return False
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> bool:
        """As `kill -9`; True when it was running until then."""
        was_running = self.signal(signal.SIGKILL)
        self.is_stopped = False
        if self._popen is not None:
            self._popen.wait(timeout=30)
        return was_running

    def stop(self) -> bool:
        """As `kill -STOP`: it stands still and knows nothing of it."""
        self.is_stopped = self.signal(signal.SIGSTOP)
        return self.is_stopped

    def cont(self) -> bool:
        self.is_stopped = False
        return self.signal(signal.SIGCONT)

    def terminate(self) -> bool:
        """As an orderly end is asked for: only the leader is told, as a supervisor would."""
        if not self.is_running:
            return False
        os.kill(self.pid, signal.SIGTERM)
        return True

    def wait(self, *, seconds: float) -> int | None:
        """The exit code; None when it still runs after so long."""
        assert self._popen is not None
        try:
            return self._popen.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return None

    def is_connected_to(self, *, port: int) -> bool:
        """Whether it holds a connection to a server on this port: it is at work with it."""
        return bool(self.ports_to(port=port))

    def ports_to(self, *, port: int) -> set[int]:
        """The ports of this machine that its connections to a server leave from."""
        leaving = sockets_to(port=port)
        return {leaving[inode] for inode in _sockets_of(self.pid) & leaving.keys()}


def _sockets_of(pid: int) -> set[str]:
    found = set()
    try:
        for descriptor in os.scandir(f"/proc/{pid}/fd"):
            target = os.readlink(descriptor.path)
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        # It ended, or closed the descriptor while it was looked at.
        return found
    return found


def sockets_to(*, port: int, state: str = ESTABLISHED) -> dict[str, int]:
    """Connections of this machine to a port (/proc/net/tcp): by inode, the port they leave from."""
    found = {}
    with open("/proc/net/tcp") as table:
        next(table)
        for line in table:
            _, here, there, its_state, *fields = line.split()
            if its_state == state and _port(there) == port:
                found[fields[5]] = _port(here)
    return found


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)
