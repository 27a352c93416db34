"""What stands behind a person's bell."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from connections.alert_rules import Rule, named
from connections.models import Notification, Occasion

SHOWN: Final = 20
# The bell says “99+” from here on.
MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One notification; `destination` is empty when it is of an account."""

    uuid: UUID
    rule: Rule
    name: str
    destination: UUID | None
    message: str
    shown_at: datetime
    is_over: bool
    is_read: bool

    @property
    def tone(self) -> str:
        """Of the icon."""
        return "success" if self.is_over else self.rule.severity


def unread(*, person: Any, at: datetime) -> int:
    """How many are shown and not read; counts no further than `MOST`."""
    rows = Notification.objects.filter(person=person, read_at=None, shown_at__lte=at)
    return len(rows.order_by()[:MOST].values_list("pk"))


def newest(*, person: Any, at: datetime) -> list[Line]:
    """The newest that are shown now."""
    rows = _of(person).filter(shown_at__lte=at).order_by("-shown_at", "-pk")
    return [_line(row) for row in rows[:SHOWN]]


def get(*, person: Any, uuid: UUID) -> Line | None:
    """One of theirs."""
    row = _of(person).filter(uuid=uuid).first()
    return None if row is None else _line(row)


def _of(person: Any) -> QuerySet[Notification]:
    rows = Notification.objects.filter(person=person)
    return rows.select_related("alert__destination", "alert__account")


def _line(row: Notification) -> Line:
    alert = row.alert
    thing = alert.destination or alert.account
    assert thing is not None, "an alert is of a destination or of an account"
    is_over = row.occasion == Occasion.RESOLVED
    return Line(
        uuid=row.uuid,
        rule=named(alert.code),
        name=thing.name,
        destination=alert.destination.uuid if alert.destination else None,
        message="It is over." if is_over else alert.message,
        shown_at=row.shown_at,
        is_over=is_over,
        is_read=row.read_at is not None,
    )
