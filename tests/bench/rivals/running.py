"""Running a rival: an environment for the one that needs its own, then one measured process."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench import measuring
from tests.bench.measuring import Failed, Finished
from tests.bench.simulator import TOKEN, Simulator
from tests.sources import ROOT

HERE = Path(__file__).resolve().parent
LOCK = HERE / "requirements.lock"
TOOLS = ROOT / ".tools"


class NotInstalled(Exception):
    """The official client could not be installed; the message says why."""


@dataclass(frozen=True, slots=True)
class Rival:
    name: str
    python: str
    program: Path

    def send(
        self, *, contacts: Path, simulator: Simulator, environment: Mapping[str, str]
    ) -> tuple[float, Finished]:
        """Send all of the file; the seconds of the loop alone, and what the process cost."""
        words = [self.python, str(self.program), str(contacts), simulator.url, TOKEN]
        finished = measuring.run(command=words, environment=environment)
        if finished.exit_code != 0:
            raise Failed(f"{self.name} ended with {finished.exit_code}:\n{finished.errors[-4000:]}")
        return float(json.loads(finished.output)["seconds"]), finished


def session() -> Rival:
    """With the `requests` of the product."""
    return Rival("one requests.Session", sys.executable, HERE / "session_loop.py")


def basecrm() -> Rival:
    """In `.tools/bench/`, made anew when its lock changes. Raises NotInstalled."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]
    folder = TOOLS / "bench" / f"basecrm-{digest}"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _uv("venv", "--quiet", "--python", sys.executable, str(folder))
        _uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(python), str(LOCK))
        (folder / "complete").touch()
    return Rival("basecrm 1.2.9", str(python), HERE / "basecrm_loop.py")


def _uv(*words: str) -> None:
    program = shutil.which("uv") or str(TOOLS / "bin" / "uv")
    try:
        subprocess.run([program, *words], check=True, capture_output=True, text=True)
    except FileNotFoundError as problem:
        raise NotInstalled("there is no uv, neither on PATH nor in .tools/bin") from problem
    except subprocess.CalledProcessError as problem:
        raise NotInstalled(problem.stderr.strip()) from problem
