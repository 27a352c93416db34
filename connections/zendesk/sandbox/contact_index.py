"""What do lists and filters see? The contacts as of `index_lag_ms` ago, findable by e-mail."""

from collections import deque
from collections.abc import Iterable
from typing import Any

from .sorting import Order

Contact = dict[str, Any]


class ContactIndex:
    """Snapshots by id, with the ids of each e-mail, spelt exactly and without case."""

    def __init__(self) -> None:
        self.snapshots: dict[int, Contact] = {}
        self._arranged: dict[str, list[Contact]] = {}
        self._exact: dict[str, dict[int, None]] = {}
        self._folded: dict[str, dict[int, None]] = {}
        self._pending: deque[tuple[float, int, Contact | None]] = deque()

    def enqueue(self, *, contact_id: int, contact: Contact | None, visible_at: float) -> None:
        """Note a write (None: deleted); it is seen from `visible_at` on, in the order written."""
        self._pending.append((visible_at, contact_id, contact))

    def catch_up(self, *, at: float) -> None:
        while self._pending and self._pending[0][0] <= at:
            _, contact_id, contact = self._pending.popleft()
            self._apply(contact_id, contact)

    def having_email(self, *, email: str, is_case_sensitive: bool) -> list[Contact]:
        if is_case_sensitive:
            ids: Iterable[int] = self._exact.get(email, ())
        else:
            ids = self._folded.get(email.casefold(), ())
        return [self.snapshots[contact_id] for contact_id in ids]

    def arranged(self, *, order: Order) -> list[Contact]:
        """All of them in this order, remembered until the next write: lists are read in pages."""
        if order.spelling not in self._arranged:
            self._arranged[order.spelling] = order.arrange(self.snapshots.values())
        return self._arranged[order.spelling]

    def _apply(self, contact_id: int, contact: Contact | None) -> None:
        self._arranged.clear()
        before = self.snapshots.pop(contact_id, None)
        old = None if before is None else before["email"]
        new = None if contact is None else contact["email"]
        if contact is not None:
            self.snapshots[contact_id] = contact
        if old == new:
            return
        if old is not None:
            _forget(self._exact, old, contact_id)
            _forget(self._folded, old.casefold(), contact_id)
        if new is not None:
            self._exact.setdefault(new, {})[contact_id] = None
            self._folded.setdefault(new.casefold(), {})[contact_id] = None


def _forget(index: dict[str, dict[int, None]], key: str, contact_id: int) -> None:
    index[key].pop(contact_id, None)
    if not index[key]:
        del index[key]
