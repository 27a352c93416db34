"""What did it run on? Versions, cores, memory, kernel, and how busy the machine was already."""

import os
import platform
import sqlite3
import subprocess
from importlib import metadata
from pathlib import Path

from tests.services import programs


def describe() -> dict[str, str]:
    """Words by what they are about, in the order in which they are printed."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    return {
        "Python": platform.python_version(),
        "Django": metadata.version("django"),
        "requests": metadata.version("requests"),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _postgresql(),
        "Redis": _redis(),
        "machine": f"{os.cpu_count()} cores ({_processor()}), {_memory_gib():.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}",
        "load at start": load,
    }


def _postgresql() -> str:
    folder = programs.postgresql().path
    return "none" if folder is None else _said(folder / "postgres", "--version").split()[2]


def _redis() -> str:
    program = programs.redis().path
    if program is None:
        return "none"
    # Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=...
    words = dict(word.partition("=")[::2] for word in _said(program, "--version").split())
    return words.get("v", "unknown")


def _said(program: Path, *words: str) -> str:
    return subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
