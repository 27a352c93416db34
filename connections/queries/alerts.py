"""Alert records as pages and monitoring show them; one query each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from connections.alert_rules import FAILURE, RULES, SKIPPED_RATE, STOPPED, named
from connections.models import Alert, Destination

SHOWN = 5
# A run that began or went well is nothing to look at.
EVENTS = [rule.code for rule in RULES if rule.is_event]
# What they count is listed, profile by profile, under Problems.
_OF_PROBLEMS = frozenset({SKIPPED_RATE, FAILURE, STOPPED})


@dataclass(frozen=True, slots=True)
class Record:
    """One condition; `about` is `destination` or `account`, the rest of the head is that one's.

    `alert_key` is its own.
    """

    alert_key: int
    about: str
    key: int
    uuid: UUID
    name: str
    code: str
    message: str
    triggered_at: datetime
    resolved_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to look at it."""
        return self.resolved_at is None

    @property
    def rule_name(self) -> str:
        """As the Alerts workspace calls it."""
        return named(self.code).name

    @property
    def can_resolve(self) -> bool:
        """Whether a person may call it over."""
        return self.is_open and named(self.code).is_resolvable

    @property
    def is_of_problems(self) -> bool:
        """Whether it counts profiles that were excluded or refused."""
        return self.code in _OF_PROBLEMS

    def concerns(self, *, destination: Destination) -> bool:
        """Of the destination itself, or of the account it uses."""
        key = destination.pk if self.about == "destination" else destination.account_id
        return key == self.key


def open_now() -> list[Record]:
    """All that is open, the newest first."""
    return [_record(row) for row in _all().filter(resolved_at=None)]


def of(*, destination: Destination) -> list[Record]:
    """The newest records of a destination and its account: what is open, then what is over."""
    about = Q(destination=destination)
    if destination.account_id is not None:
        about |= Q(account_id=destination.account_id)
    open_first = F("resolved_at").desc(nulls_first=True)
    rows = (
        _all().filter(about).exclude(code__in=EVENTS).order_by(open_first, "-triggered_at", "-pk")
    )
    return [_record(row) for row in rows[:SHOWN]]


def _all() -> QuerySet[Alert]:
    rows = Alert.objects.select_related("destination", "account")
    # Of an account with a thousand custom fields this would be most of what is read.
    return rows.defer("account__contact_fields").order_by("-triggered_at", "-pk")


def _record(row: Alert) -> Record:
    thing = row.destination or row.account
    assert thing is not None, "an alert is of a destination or of an account"
    return Record(
        alert_key=row.pk,
        about="destination" if row.destination is not None else "account",
        key=thing.pk,
        uuid=thing.uuid,
        name=thing.name,
        code=row.code,
        message=row.message,
        triggered_at=row.triggered_at,
        resolved_at=row.resolved_at,
    )
