"""The sandbox in a process of its own, with its ledger on disk and its admin API."""

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.services import processes
from tests.services.running import MANAGE
from tests.sources import ROOT
from tests.torture.calls import call_json
from tests.torture.setting import Setting


class Simulator:
    """Never killed by the rig: what it holds is what "Zendesk" holds."""

    def __init__(self, *, setting: Setting, folder: Path, environment: dict[str, str]) -> None:
        self.ledger = folder / "ledger.jsonl"
        self._setting = setting
        self._environment = environment
        self._log = folder / "sandbox.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._armed: list[str] = []
        # By the words of the fault: how often it struck before it was cleared.
        self._struck: dict[str, int] = {}
        self.url = ""

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def start(self) -> None:
        tokens = [word for token in self._setting.tokens for word in ("--token", token)]
        style = "empty429" if self._setting.is_throttling else "off"
        command = [
            *(*MANAGE, "sandbox", "--json", "--port", "0", "--ledger", str(self.ledger)),
            *("--throttle-style", style, *tokens, *self._setting.sandbox_words),
        ]
        with self._log.open("ab") as log:
            self._process = processes.start(
                command, env=self._environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=log
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sandbox did not start:\n{self._log.read_text()}")
        self.url = str(json.loads(line)["url"])
        self._arm()

    def end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            assert self._process.stdout is not None
            self._process.stdout.close()

    def faults(self, *specs: str) -> None:
        """These beside the ones armed already; the latency of the setting stays."""
        self._armed += specs
        self._arm()

    def clear_faults(self) -> None:
        self._armed = []
        self._arm()

    def struck(self, spec: str) -> int:
        """How often a fault struck, by the words it was given with."""
        return self._struck.get(spec, 0) + self._counted().get(spec, 0)

    def contacts(self, *, email: str = "") -> list[dict[str, Any]]:
        """What it holds: every contact, or those of one e-mail address."""
        query = f"?email={email}" if email else ""
        found: list[dict[str, Any]] = self.ask("GET", f"contacts{query}")["contacts"]
        return found

    def under_way(self) -> int:
        """Requests that may still be applied."""
        return int(self.ask("GET", "stats")["under_way"])

    def ask(self, method: str, path: str, document: Any = None) -> Any:
        """The admin API below /_sandbox/."""
        return call_json(method, f"{self.url}/_sandbox/{path}", document, seconds=120)

    def _counted(self) -> dict[str, int]:
        return {fault["spec"]: fault["struck"] for fault in self.ask("GET", "faults")["faults"]}

    def _arm(self) -> None:
        # Of several that would strike the first added does: the latency comes last.
        for spec, count in self._counted().items():
            self._struck[spec] = self._struck.get(spec, 0) + count
        latency = [f"delay={self._setting.latency}"] if self._setting.latency else []
        self.ask("DELETE", "faults")
        self.ask("POST", "faults", {"faults": [*self._armed, *latency]})
