"""Who hears of an alert: lines behind bells, e-mails and calls of webhooks, stored to be sent.

The caller owns the transaction: an alert and what is said about it are stored together or not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Q
from django.db.models.functions import Now

from connections import alert_rules
from connections.models import (
    Alert,
    AlertRule,
    Destination,
    Message,
    Notification,
    Occasion,
    Subscription,
    Webhook,
)
from connections.permissions import Permission


@dataclass(frozen=True, slots=True)
class Audience:
    """Ids of who is to be told; `by_email` are some of `people`."""

    people: frozenset[int]
    by_email: frozenset[int]
    webhooks: frozenset[int]


def announce(*, alert: Alert, occasion: Occasion) -> None:
    """Store what is to be said. Whoever heard of the beginning hears of the end, nobody else."""
    is_end = occasion == Occasion.RESOLVED
    told = _who_was_told(alert) if is_end else _who_listens(alert)
    Notification.objects.bulk_create(
        [
            Notification(alert=alert, person_id=person, occasion=occasion, shown_at=Now())
            for person in sorted(told.people)
        ],
        ignore_conflicts=True,
    )
    Message.objects.bulk_create(
        [
            *_messages(alert, occasion, "person_id", told.by_email),
            *_messages(alert, occasion, "webhook_id", told.webhooks),
        ],
        ignore_conflicts=True,
    )


def _messages(
    alert: Alert, occasion: Occasion, recipient: str, ids: Iterable[int]
) -> list[Message]:
    return [
        Message(
            alert=alert,
            occasion=occasion,
            next_attempt_at=Now(),
            created_at=Now(),
            **{recipient: key},
        )
        for key in sorted(ids)
    ]


def _who_was_told(alert: Alert) -> Audience:
    rows = alert.messages.filter(occasion=Occasion.TRIGGERED)
    people = alert.notifications.filter(occasion=Occasion.TRIGGERED)
    return Audience(
        people=frozenset(people.values_list("person_id", flat=True)),
        by_email=_ids(rows.filter(person__isnull=False).values_list("person_id", flat=True)),
        webhooks=_ids(rows.filter(webhook__isnull=False).values_list("webhook_id", flat=True)),
    )


def _who_listens(alert: Alert) -> Audience:
    rule = AlertRule.objects.filter(code=alert.code).first()
    if rule is not None and not rule.is_enabled:
        return Audience(frozenset(), frozenset(), frozenset())
    destinations = Destination.objects.filter(
        Q(pk=alert.destination_id) | Q(account_id=alert.account_id, account__isnull=False)
    )
    subscriptions = list(Subscription.objects.filter(destination__in=destinations, code=alert.code))
    people = {row.person_id for row in subscriptions}
    if any(alert.code in codes for codes in destinations.values_list("alerts", flat=True)):
        # The workspace file subscribes nobody in particular: everybody who may see alerts.
        people |= set(_watchers().values_list("pk", flat=True))
    else:
        people &= set(_watchers().filter(pk__in=people).values_list("pk", flat=True))
    wanting = {row.person_id for row in subscriptions if row.has_email and settings.EMAIL_IS_ON}
    return Audience(
        people=frozenset(people),
        by_email=frozenset(wanting & people),
        webhooks=frozenset(_webhooks(alert.code)),
    )


def _watchers() -> Any:
    return User.objects.with_perm(Permission.VIEW_ALERTS.full_name)


def _webhooks(code: str) -> list[int]:
    """Those that asked for the rule; a name that is no rule's goes to none."""
    rows = Webhook.objects.values_list("pk", "rules")
    return [key for key, rules in rows if code in rules and code in alert_rules.BY_CODE]


def _ids(found: Iterable[int | None]) -> frozenset[int]:
    return frozenset(key for key in found if key is not None)
