"""What a person does with the lines behind their bell: read them, or hear of them later."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from connections.models import Notification

DELAYS: Final = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def read(*, person: Any, uuid: UUID, at: datetime) -> bool:
    """Mark one as read; False when it is not theirs or was read before."""
    return bool(
        Notification.objects.filter(person=person, uuid=uuid, read_at=None).update(read_at=at)
    )


def read_all(*, person: Any, at: datetime) -> int:
    """Mark all that are shown as read; returns how many were not."""
    shown = Notification.objects.filter(person=person, read_at=None, shown_at__lte=at)
    return shown.update(read_at=at)


def remind(*, person: Any, uuid: UUID, delay: str, at: datetime) -> bool:
    """Hide one for an hour or a day; then it is new again. False when it is not theirs."""
    rows = Notification.objects.filter(person=person, uuid=uuid)
    return bool(rows.update(shown_at=at + DELAYS[delay], read_at=None))
