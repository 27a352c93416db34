"""Which tags are there? A tag comes into being when a contact is given it."""

from collections.abc import Iterable

from .clock import timestamp
from .resource_store import ResourceStore


def ensure(*, store: ResourceStore, names: Iterable[str], user_id: int, at: float) -> None:
    """Make the tags of contacts that nobody used before."""
    tags = store.all(resource="tags")
    known = {tag["name"] for tag in tags if tag["resource_type"] == "contact"}
    now = timestamp(at=at)
    for name in names:
        if name in known:
            continue
        tag = {
            "id": store.next_id(resource="tags"),
            "creator_id": user_id,
            "name": name,
            "resource_type": "contact",
            "created_at": now,
            "updated_at": now,
        }
        store.put(resource="tags", record=tag)
