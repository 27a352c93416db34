"""Webhooks and the newest messages, for the page of how messages are sent."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q

from connections.alert_rules import named
from connections.models import Message, MessageState, Webhook
from connections.webhook_hosts import HostList

SHOWN = 25


def webhook(*, uuid: UUID) -> Webhook:
    """Raises Webhook.DoesNotExist."""
    return Webhook.objects.get(uuid=uuid)


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook with what it hears of, and how many messages it still owes."""

    webhook: Webhook
    rule_names: list[str]
    waiting: int
    given_up: int


def webhooks() -> list[Hook]:
    """All of them by name, in one query."""
    counted = Webhook.objects.annotate(
        waiting=Count("messages", filter=Q(messages__state=MessageState.WAITING)),
        given_up=Count("messages", filter=Q(messages__state=MessageState.GIVEN_UP)),
    ).order_by("name", "pk")
    return [_hook(row) for row in counted]


def _hook(row: Any) -> Hook:
    names = [named(code).name for code in row.rules]
    return Hook(row, names, waiting=row.waiting, given_up=row.given_up)


def allowed_hosts() -> list[str]:
    """Hosts webhooks may call; empty when webhooks are off."""
    return sorted(f"{host}:{port}" for host, port in HostList.read(settings.WEBHOOK_HOSTS).hosts)


@dataclass(frozen=True, slots=True)
class Told:
    """A message with what it is about."""

    message: Message
    about: str


def newest() -> list[Told]:
    """The newest messages of either kind."""
    rows = Message.objects.select_related("alert", "person", "webhook").order_by("-pk")
    return [Told(row, named(row.alert.code).name if row.alert else "") for row in rows[:SHOWN]]
