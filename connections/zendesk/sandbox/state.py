"""The whole sandbox in one object: what it holds, how it behaves, and the lock around both."""

import random
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .clock import Clock
from .contact_store import ContactStore
from .definitions import CustomFields, FieldDefinition
from .demo import DEMO_FIELDS, DEMO_TOKEN, SEEDS, TOKEN_USER_ID
from .faults import Faults
from .journal import Journal
from .limiter import TokenBuckets
from .requests_log import RequestLog
from .resource_store import ResourceStore
from .switches import Switches
from .tokens import Tokens

_SPARE_ENTRIES = 1000
"""A journal longer than what it leads to is rewritten at start, but not for a few lines."""


class Sandbox:
    """State only: `server` answers with it, tests read it. Hold `lock` to change it elsewhere."""

    def __init__(
        self,
        *,
        tokens: Iterable[str] = (DEMO_TOKEN,),
        fields: Iterable[FieldDefinition] = DEMO_FIELDS,
        switches: Switches | None = None,
        journal: Path | None = None,
        ledger: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.lock = threading.RLock()
        self.clock = clock or Clock()
        self.switches = switches or Switches()
        self.tokens = Tokens(values=tokens, user_id=TOKEN_USER_ID)
        self.fields = CustomFields(definitions=fields)
        self.limiter = TokenBuckets()
        self.faults = Faults(chance=random.Random())  # noqa: S311 - decides faults, no secrets
        self.requests = RequestLog(ledger=ledger)
        self.started_mono = self.clock.monotonic()
        self.born_at = self.clock.wall()
        self._journal: Journal | None = None
        self.contacts = ContactStore(commit=self._commit)
        self.resources = ResourceStore(commit=self._commit, seeds=SEEDS)
        if journal is not None:
            self._restore(Journal(path=journal))

    @property
    def lag_seconds(self) -> float:
        return self.switches.index_lag_ms / 1000

    def switch(self, **settings: Any) -> None:
        """Set some switches from now on. Raises InvalidSwitch."""
        with self.lock:
            self.switches = self.switches.changed(**settings)

    def add_fault(self, spec: str) -> int:
        """Arm a fault written as `faults` says. Raises InvalidFault."""
        with self.lock:
            return self.faults.add(spec=spec)

    def replace_fields(self, definitions: Iterable[FieldDefinition]) -> None:
        with self.lock:
            self.fields.replace(definitions=definitions)

    def reset(self) -> None:
        """Forget contacts, records, requests, faults and throttling; keep tokens and switches."""
        with self.lock:
            self.contacts.clear()
            self.resources.clear()
            self.faults.clear()
            self.limiter.clear()
            self.requests.clear()
            self._commit({"reset": True})

    def is_user(self, user_id: int) -> bool:
        return self.resources.get(resource="users", record_id=user_id) is not None

    def close(self) -> None:
        with self.lock:
            self.requests.close()
            if self._journal is not None:
                self._journal.close()

    def _commit(self, entry: dict[str, Any]) -> None:
        if self._journal is not None:
            self._journal.append(entry)

    def _restore(self, journal: Journal) -> None:
        for entry in journal.replay():
            self._replay(entry)
        entries = self._as_entries()
        if journal.replayed > 2 * len(entries) + _SPARE_ENTRIES:
            journal.rewrite(entries)
        self._journal = journal

    def _as_entries(self) -> list[dict[str, Any]]:
        """The journal of a sandbox that came to this state without detours."""
        entries = [{"put": "contacts", "data": contact} for contact in self.contacts.all()]
        for resource, record in self.resources.every():
            entries.append({"put": resource, "data": record})
        return entries

    def _replay(self, entry: dict[str, Any]) -> None:
        if entry.get("reset"):
            self.contacts.clear()
            self.resources.clear()
        elif entry.get("put") == "contacts":
            self.contacts.put(contact=entry["data"], at=0, lag=0)
        elif entry.get("delete") == "contacts":
            self.contacts.delete(contact_id=entry["id"], at=0, lag=0)
        elif "put" in entry:
            self.resources.put(resource=entry["put"], record=entry["data"])
        else:
            self.resources.delete(resource=entry["delete"], record_id=entry["id"])
