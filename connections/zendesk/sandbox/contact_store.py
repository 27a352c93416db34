"""The contacts as committed, newest change last; every commit goes to the journal and the index."""

from collections.abc import Callable
from typing import Any

from .clock import timestamp
from .contact_index import Contact, ContactIndex

FIRST_ID = 1001
Commit = Callable[[dict[str, Any]], None]


class ContactStore:
    """A stored contact is never changed in place: a write puts a new dict in its stead."""

    def __init__(self, *, commit: Commit) -> None:
        self.index = ContactIndex()
        self._commit = commit
        self._contacts: dict[int, Contact] = {}
        self._next_id = FIRST_ID

    def __len__(self) -> int:
        return len(self._contacts)

    def all(self) -> list[Contact]:
        """Every contact, oldest change first."""
        return list(self._contacts.values())

    def get(self, *, contact_id: int) -> Contact | None:
        return self._contacts.get(contact_id)

    def find(self, *, email: str) -> list[Contact]:
        """The committed contacts with this e-mail (case ignored), by id; for tests and people."""
        wanted = email.casefold()
        found = [item for item in self.all() if (item["email"] or "").casefold() == wanted]
        return sorted(found, key=lambda contact: int(contact["id"]))

    def is_organization(self, contact_id: int) -> bool:
        contact = self._contacts.get(contact_id)
        return contact is not None and bool(contact["is_organization"])

    def create(self, *, contact: Contact, user_id: int, at: float, lag: float) -> Contact:
        now = timestamp(at=at)
        contact["id"] = self._next_id
        contact["creator_id"] = user_id
        contact["owner_id"] = contact["owner_id"] or user_id
        contact["created_at"] = contact["updated_at"] = now
        self.put(contact=contact, at=at, lag=lag)
        return contact

    def update(self, *, contact: Contact, at: float, lag: float) -> Contact:
        contact["updated_at"] = timestamp(at=at)
        self.put(contact=contact, at=at, lag=lag)
        return contact

    def put(self, *, contact: Contact, at: float, lag: float) -> None:
        """Commit this contact as it stands (also how the journal is replayed)."""
        contact_id = contact["id"]
        self._contacts.pop(contact_id, None)
        self._contacts[contact_id] = contact
        self._next_id = max(self._next_id, contact_id + 1)
        self.index.enqueue(contact_id=contact_id, contact=contact, visible_at=at + lag)
        self._commit({"put": "contacts", "data": contact})

    def delete(self, *, contact_id: int, at: float, lag: float) -> None:
        """Remove it for good; people of a removed organization lose only the link (R-47)."""
        gone = self._contacts.pop(contact_id, None)
        if gone is None:
            return
        self.index.enqueue(contact_id=contact_id, contact=None, visible_at=at + lag)
        self._commit({"delete": "contacts", "id": contact_id})
        if not gone["is_organization"]:
            return
        for contact in self.all():
            unlinked = {
                name: None
                for name in ("contact_id", "parent_organization_id")
                if contact[name] == contact_id
            }
            if unlinked:
                self.put(contact=contact | unlinked, at=at, lag=lag)

    def clear(self) -> None:
        self._contacts.clear()
        self._next_id = FIRST_ID
        self.index = ContactIndex()
