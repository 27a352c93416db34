"""A workspace to measure: its database, its settings, and the product's commands run on it."""

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.bench import measuring, people
from tests.bench.databases import Database
from tests.bench.measuring import Failed, Finished, Look
from tests.bench.simulator import TOKEN, Simulator
from tests.sources import ROOT

MANAGE = (sys.executable, str(ROOT / "manage.py"))
DESTINATION = "Bench"
_HEAD = f"""\
version: 1
accounts:
  - {{name: Bench, platform: zendesk-sell, token_env: BENCH_TOKEN}}
audiences:
  - {{id: {people.VIP}, name: VIP customers}}
  - {{id: {people.NEWSLETTER}, name: Newsletter}}
"""
_DESTINATION = f"""\
destinations:
  - name: {DESTINATION}
    account: Bench
    mappings:
      - {{source: "IdentityMap: Email", target: "Identity: email"}}
      - {{source: "xdm: person.name.lastName", target: "xdm: last_name"}}
      - {{source: "xdm: person.name.firstName", target: "xdm: first_name"}}
      - {{source: "xdm: mobilePhone.number", target: "xdm: mobile"}}
      - {{source: "xdm: loyalty.tier", target: "xdm: custom_fields.Loyalty tier"}}
    audiences:
"""
_VIP = f'      - {{audience: "ups/{people.VIP}", mapping_id: VIP audience, start: 2026-01-01}}\n'
_NEWSLETTER = (
    f'      - {{audience: "ups/{people.NEWSLETTER}", mapping_id: Newsletter audience, '
    "start: 2026-01-01}\n"
)
# Audiences without a destination; members of the first are sent; those of the second as well.
UNSENT = _HEAD
VIP_SENT = _HEAD + _DESTINATION + _VIP
BOTH_SENT = VIP_SENT + _NEWSLETTER


@dataclass(frozen=True, slots=True)
class Workspace:
    """Runs commands of the product on a database of its own."""

    folder: Path
    database: Database
    settings: Mapping[str, str]

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the person who runs it but where the programs are."""
        own = {"DATA_DIR": str(self.folder), "DATABASE_URL": self.database.url}
        return {**self.settings, **own}

    def towards(self, simulator: Simulator, *, requests_per_second: float) -> "Workspace":
        """The same, sending there at most so fast; 0 is without a limit."""
        more = {
            "ZENDESK_SELL_URL": simulator.url,
            "ZENDESK_REQUESTS_PER_SECOND": f"{requests_per_second:g}",
        }
        return self.having(**more)

    def having(self, **settings: str) -> "Workspace":
        return replace(self, settings={**self.settings, **settings})

    def run(self, *words: str, look: Callable[[Look], None] = lambda look: None) -> Finished:
        """`manage.py ... ` to its end, whatever that is."""
        command = [*MANAGE, *words]
        return measuring.run(command=command, environment=self.environment, look=look)

    def ask(self, *words: str) -> tuple[dict[str, Any], Finished]:
        """Its JSON too. Raises Failed when the command did."""
        finished = self.run(*words, "--json")
        if finished.exit_code != 0:
            line = " ".join(words)
            raise Failed(f"{line} ended with {finished.exit_code}:\n{finished.errors[-4000:]}")
        return json.loads(finished.output), finished

    def prepare(self, document: str = VIP_SENT) -> None:
        """An empty database with its tables, and the workspace of `document`."""
        migrated = self.run("migrate", "--verbosity", "0")
        if migrated.exit_code != 0:
            raise Failed(migrated.errors[-4000:])
        self.apply(document)

    def apply(self, document: str) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(document)
            file.flush()
            self.having(BENCH_TOKEN=TOKEN).ask("apply", file.name)

    def ingest(self, path: Path) -> tuple[dict[str, Any], Finished]:
        return self.ask("ingest", str(path))

    def deliver(self) -> tuple[dict[str, Any], Finished]:
        """Everything that is due, in one process."""
        return self.ask("deliver", "--until-idle")
