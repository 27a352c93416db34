"""Setting up on a machine that lacks something: what is said, and what is left alone."""

import hashlib
import json
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.sources import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-uv.lock")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout, as far as the installation reads it."""
    (tmp_path / "zendeskdest").mkdir()
    shutil.copy(ROOT / "zendeskdest" / "installing.py", tmp_path / "zendeskdest")
    for lock in LOCKS:
        shutil.copy(ROOT / lock, tmp_path)
    return tmp_path


def install(checkout: Path, *words: str, python: str) -> "subprocess.CompletedProcess[str]":
    """On a machine without uv, pip and apt-get: its PATH is empty."""
    return subprocess.run(
        [python, str(checkout / "zendeskdest" / "installing.py"), *words],
        env={"PATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )


def installed(checkout: Path, **digests: str) -> None:
    """A complete `.venv` made from these locks."""
    venv.create(checkout / ".venv", with_pip=False)
    (checkout / ".venv" / "installed.json").write_text(json.dumps(digests))


def digest(lock: str) -> str:
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def test_without_pip_the_command_that_adds_it_is_named(checkout: Path) -> None:
    venv.create(checkout / "bare", with_pip=False)

    done = install(checkout, python=str(checkout / "bare" / "bin" / "python"))

    assert done.returncode == 1
    assert "apt-get install -y --no-install-recommends python3-pip" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_installed_is_not_installed_again(checkout: Path) -> None:
    installed(checkout, runtime=digest("requirements.lock"))

    done = install(checkout, python=sys.executable)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_leaves_the_development_packages(checkout: Path) -> None:
    installed(checkout, runtime=digest("requirements.lock"), dev=digest("requirements-dev.lock"))

    done = install(checkout, python=sys.executable)

    assert (done.returncode, done.stderr) == (0, "")
    assert "dev" in json.loads((checkout / ".venv" / "installed.json").read_text())


@pytest.mark.parametrize(
    "stamp",
    [{"runtime": "of an older lock"}, {}],
    ids=["the lock changed", "the last installation broke off"],
)
def test_otherwise_it_installs(checkout: Path, stamp: dict[str, str]) -> None:
    """Here that fails, for want of uv and pip, but not by saying that all is well."""
    installed(checkout, **stamp)
    bare = str(checkout / ".venv" / "bin" / "python")

    assert install(checkout, python=bare).returncode == 1
