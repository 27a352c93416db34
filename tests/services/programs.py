"""Which of the programs that tests start are on this machine, and what to say about the others."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")
SHELL = "chromium-headless-shell"
HOW_TO_ADD = "make test-services"


@dataclass(frozen=True, slots=True)
class Program:
    """A program by its name for people and its path (None: it is not on this machine)."""

    name: str
    path: Path | None

    @property
    def reason(self) -> str:
        """Why a test that needs it is skipped."""
        return f"{self.name} is not on this machine: run `{HOW_TO_ADD}`"


def postgresql() -> Program:
    """The folder that holds `initdb` and `postgres`; Debian keeps it out of PATH."""
    folders = sorted(
        DEBIAN_POSTGRESQL.glob("*/bin"),
        key=lambda folder: float(folder.parent.name),
        reverse=True,
    )
    on_path = shutil.which("initdb")
    if on_path is not None:
        folders.append(Path(on_path).resolve().parent)
    complete = (f for f in folders if (f / "initdb").exists() and (f / "postgres").exists())
    return Program(name="PostgreSQL", path=next(complete, None))


def redis() -> Program:
    return Program(name="Redis", path=_on_path("redis-server"))


def chromium() -> Program:
    """The shell first: Chromium without its windows, in half of the processor time."""
    names = (SHELL, "chromium", "chromium-browser", "google-chrome")
    return Program(name="Chromium", path=_on_path(*names))


def missing() -> tuple[Program, ...]:
    """The programs that some tests need and this machine lacks."""
    return tuple(p for p in (postgresql(), redis(), chromium()) if p.path is None)


def are_required() -> bool:
    """`REQUIRE_SERVICES=1`: a missing program is a failure, not a skipped test."""
    return os.environ.get("REQUIRE_SERVICES", "") not in {"", "0"}


def _on_path(*names: str) -> Path | None:
    found = (shutil.which(name) for name in names)
    return next((Path(path) for path in found if path), None)
