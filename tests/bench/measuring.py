"""One process from its start to its end: how long, how much processor time, how much memory.

The peak is looked at from outside (VmHWM in /proc, which only grows): the `ru_maxrss` of a child
also holds the memory of the parent it was forked from, and would flatter nobody but the largest.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.services import processes
from tests.sources import ROOT

LOOK_EVERY_SECONDS = 0.05
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_MIB = 1024


class Failed(Exception):
    """A measured process did not do its work; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Look:
    """The process as it stood `seconds` after its start."""

    process: "subprocess.Popen[bytes]"
    seconds: float
    rss_mib: float


@dataclass(frozen=True, slots=True)
class Finished:
    """What it said, and what it cost from the first instruction to the last."""

    exit_code: int
    output: str
    errors: str
    seconds: float
    cpu_seconds: float
    peak_mib: float
    # Memory over time: (seconds after the start, MiB).
    curve: Sequence[tuple[float, float]] = field(default=(), repr=False)

    def mib_after(self, share: float) -> float:
        """The most it held until that share of its time had passed."""
        early = [mib for seconds, mib in self.curve if seconds <= share * self.seconds]
        return max(early, default=self.peak_mib)


def run(
    *,
    command: Sequence[str],
    environment: Mapping[str, str],
    look: Callable[[Look], None] = lambda look: None,
    longest_seconds: float = 3600.0,
) -> Finished:
    """Run it to its end, calling `look` every few hundredths of a second.

    Raises TimeoutError when it takes longer than `longest_seconds`; it is killed then.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.monotonic()
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=errors)
        try:
            return _watch(process, started, look, longest_seconds, output, errors)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()


def _watch(
    process: "subprocess.Popen[bytes]",
    started: float,
    look: Callable[[Look], None],
    longest_seconds: float,
    output: IO[bytes],
    errors: IO[bytes],
) -> Finished:
    peak, curve = 0.0, []
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        seconds = time.monotonic() - started
        if done:
            break
        if seconds > longest_seconds:
            raise TimeoutError(f"{process.args!r}: not within {longest_seconds:g} s")
        rss, peak = memory_mib(process.pid, default=(0.0, peak))
        curve.append((seconds, rss))
        look(Look(process, seconds, rss))
        time.sleep(LOOK_EVERY_SECONDS)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Finished(
        exit_code=process.returncode,
        output=_text(output),
        errors=_text(errors),
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=peak,
        curve=tuple(curve),
    )


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def memory_mib(pid: int, *, default: tuple[float, float]) -> tuple[float, float]:
    """Resident now and at most so far; `default` when it has just ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return default
    found = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    if "VmHWM" not in found:  # it ended, and waits to be counted
        return default
    return int(found["VmRSS"][0]) / _MIB, int(found["VmHWM"][0]) / _MIB


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and all below it, those that ended included."""
    return sum(_cpu_seconds(each) for each in {pid, *processes.descendants(pid)})


def _cpu_seconds(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    # After the name in parentheses: utime, stime, cutime, cstime are the 12th to 15th words.
    return sum(map(int, stat.rpartition(")")[2].split()[11:15])) / _TICKS_PER_SECOND
