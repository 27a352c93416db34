"""Getting the locked dependencies into `.venv` with uv, which it puts into `.tools/` if need be.

Runs before anything is installed, as `python3 zendeskdest/installing.py [--dev]`: standard
library only, and readable to an old Python so that it can say what it misses.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
TOOLS = ROOT / ".tools"
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
UV_LOCK = ROOT / "requirements-uv.lock"


class CannotSetUp(Exception):
    """Something is missing that only the reader can add; the message says what and how."""


def install(*, with_dev: bool) -> None:
    """Make `.venv` equal to the lock. Development packages, once there, stay and stay current."""
    installed = _installed()
    with_dev = with_dev or "dev" in installed
    wanted = {"runtime": _digest(RUNTIME_LOCK)}
    if with_dev:
        wanted["dev"] = _digest(DEV_LOCK)
    if installed == wanted and _is_usable():
        return
    uv = _find_uv() or _fetch_uv()
    if not _is_usable():
        shutil.rmtree(VENV, ignore_errors=True)
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(VENV))
    STAMP.unlink(missing_ok=True)
    lock = DEV_LOCK if with_dev else RUNTIME_LOCK
    _say(f"Installing what {lock.name} lists into .venv ...")
    python = ("--python", str(VENV_PYTHON))
    _run(uv, "pip", "sync", "--quiet", "--require-hashes", *python, str(lock))
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")


def _installed() -> dict[str, str]:
    """What the last complete installation was made from."""
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return stamp


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _is_usable() -> bool:
    """A `.venv` dies when the Python under it is upgraded away or the folder is moved."""
    check = (
        f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON} or sys.prefix != {str(VENV)!r})"
    )
    try:
        return subprocess.run([str(VENV_PYTHON), "-c", check], check=False).returncode == 0
    except OSError:
        return False


def _find_uv() -> Path | None:
    own = TOOLS / "bin" / "uv"
    found = shutil.which("uv") or (str(own) if own.exists() else None)
    return Path(found) if found else None


def _fetch_uv() -> Path:
    if not _has_pip():
        _add_pip()
    _say("Putting uv into .tools/ ...")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    options = ("--no-deps", "--require-hashes", "--target", str(TOOLS), "--upgrade")
    # pip run by root warns about the system's packages, which `--target` does not touch.
    _run(*pip, "--root-user-action=ignore", *options, "-r", str(UV_LOCK))
    return TOOLS / "bin" / "uv"


def _has_pip() -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], check=False, capture_output=True
    )
    return done.returncode == 0


def _add_pip() -> None:
    """A bare Debian has Python without pip."""
    command = "apt-get install -y --no-install-recommends python3-pip"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise CannotSetUp(f"Python has no pip, and there is no uv. Run: sudo {command}")
    _say("Installing python3-pip ...")
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    _run("apt-get", "update", "-qq", environment=quiet)
    _run(*command.split(), "-qq", environment=quiet)
    if not _has_pip():
        raise CannotSetUp(f"{sys.executable} has no pip. Install pip or uv for it.")


def _run(*command: str | Path, environment: dict[str, str] | None = None) -> None:
    # uv would fetch a Python of its own where it likes none on this machine.
    environment = dict(environment or os.environ, UV_PYTHON_DOWNLOADS="never")
    try:
        subprocess.run([str(word) for word in command], check=True, env=environment)
    except subprocess.CalledProcessError as problem:
        raise CannotSetUp(f"This failed: {' '.join(map(str, command))}") from problem


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


def main() -> int:
    if sys.version_info < OLDEST_PYTHON:
        _say(
            f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}. "
            "Name another one: make run PYTHON=python3.12"
        )
        return 1
    try:
        install(with_dev="--dev" in sys.argv[1:])
    except CannotSetUp as problem:
        _say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
