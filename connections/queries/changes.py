"""Who changed a destination last, as the audit log has it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from connections.models import AuditEntry
from connections.models.audit import Action, Kind

# What makes it another one, or turns it on and off; a retry, say, does neither. That Zendesk's
# refusals stopped it is told by its status.
_CHANGES: Final = (
    Action.CHANGED,
    Action.ACTIVATED,
    Action.ENABLED,
    Action.DISABLED,
    Action.RESUMED,
)


@dataclass(frozen=True, slots=True)
class LastChange:
    """`who` is the name of that instant: a person, a command or the system."""

    who: str
    at: datetime


def newest_of(*, uuid: UUID) -> QuerySet[AuditEntry]:
    """Of the destination with this UUID, the newest first."""
    entries = AuditEntry.objects.filter(
        kind=Kind.DESTINATION, reference=str(uuid), action__in=_CHANGES
    )
    return entries.order_by("-at", "-pk")


def last(*, uuid: UUID) -> LastChange | None:
    """None where nothing was changed for as long as the log is kept; one query."""
    newest = newest_of(uuid=uuid).first()
    return None if newest is None else LastChange(newest.actor, newest.at)
