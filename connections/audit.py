"""The audit log is written here, by the services and in the transaction of what they change.

Never given: tokens, secrets, keys, passwords, and what profiles say about people.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

from django.db import connection, transaction

from connections import acting
from connections.models import AuditEntry
from connections.models.audit import Action, Kind

__all__ = ["Action", "Changes", "Kind", "count", "differences", "note", "note_changes", "prune"]

# Old and new by the name of the field.
Changes: TypeAlias = Mapping[str, tuple[object, object]]

LONGEST_VALUE: Final = 500
MOST_CHANGES: Final = 100
# For a value that is never told: that it is another one is all there is to say.
REPLACED: Final = ("", "replaced")
# A number of our own among the advisory locks of the database that have two.
_COUNTING: Final = 726_184_521


def note(
    *,
    action: Action,
    kind: Kind,
    about: Any = None,
    name: str = "",
    reference: str = "",
    changes: Changes | None = None,
) -> None:
    """Whoever acts now did this. `about` is the row; what is none has `name` and `reference`."""
    who = acting.now()
    AuditEntry.objects.create(
        person_id=who.person_id,
        actor_kind=who.kind,
        actor=who.name[:150],
        action=action,
        kind=kind,
        reference=reference or _reference(about),
        name=(name or ("" if about is None else str(about)))[:300],
        changes=_stored(changes or {}),
    )


def note_changes(*, kind: Kind, about: Any, changes: Changes, **more: Any) -> None:
    """As `note`; nothing where nothing is another than before."""
    if changes:
        note(action=Action.CHANGED, kind=kind, about=about, changes=changes, **more)


def count(
    *, action: Action, kind: Kind, what: str, since: datetime, about: Any = None, name: str = ""
) -> None:
    """One more of `what`. The newest entry about the same counts on, unless it is from before."""
    name = name or str(about)
    with transaction.atomic():
        _wait_to_count(f"{action} {kind} {name}")
        entries = AuditEntry.objects.select_for_update().filter(
            action=action, kind=kind, reference=_reference(about), name=name, at__gte=since
        )
        entry = entries.order_by("-at", "-pk").first()
        if entry is None:
            note(action=action, kind=kind, about=about, name=name, changes={what: ("", 1)})
            return
        counted = {field: int(number) for field, _, number in entry.changes}
        counted[what] = counted.get(what, 0) + 1
        entry.changes = _stored({field: ("", number) for field, number in counted.items()})
        entry.save(update_fields=["changes"])


def differences(*, before: Mapping[str, Any], after: Mapping[str, Any]) -> Changes:
    """What is in both and not equal."""
    return {
        name: (before[name], value)
        for name, value in after.items()
        if name in before and before[name] != value
    }


def prune(*, before: datetime, limit: int) -> int:
    """Forget entries of before an instant, so many at most; returns how many."""
    old = AuditEntry.objects.filter(at__lt=before).order_by("at", "pk").values("pk")[:limit]
    deleted, _ = AuditEntry.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return deleted


def _wait_to_count(what: str) -> None:
    """An entry that is not there yet cannot be locked. SQLite has one writer at a time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_COUNTING, what])


def _reference(about: Any) -> str:
    if about is None:
        return ""
    return str(getattr(about, "uuid", None) or about.pk)


def _stored(changes: Changes) -> list[list[str]]:
    kept = list(changes.items())[:MOST_CHANGES]
    stored = [[name[:200], _text(old), _text(new)] for name, (old, new) in kept]
    if more := len(changes) - len(kept):
        stored.append([f"and {more:,} more", "", ""])
    return stored


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Iterable) and not isinstance(value, str):
        value = ", ".join(str(item) for item in value)
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
