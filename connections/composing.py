"""What a message says: an e-mail's subject and text, a webhook's body.

Names of destinations and accounts, counts and instants; nothing Zendesk or a profile said.
"""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from connections import alert_rules
from connections.models import Account, Alert, Destination, Message, Occasion

LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and text of an e-mail, without control characters in its head."""

    subject: str
    text: str


def letter(message: Message) -> Letter:
    """The e-mail of a message."""
    alert = message.alert
    if alert is None:
        text = "This is a test message. Messages about alerts reach you at this address."
        return Letter("Test message of zendeskdest", f"{text}\n")
    rule, about = alert_rules.named(alert.code), _subject_of(alert)
    is_over = message.occasion == Occasion.RESOLVED
    lines = [
        f"{rule.name}: {plain(about.name)}",
        "",
        "It is over." if is_over else words(alert),
        f"Triggered: {alert.triggered_at:%Y-%m-%d %H:%M} UTC",
    ]
    if is_over and alert.resolved_at is not None:
        lines.append(f"Over: {alert.resolved_at:%Y-%m-%d %H:%M} UTC")
    if address := link(alert):
        lines += ["", address]
    lines += ["", "You subscribed to this alert; change that under Subscribe to alerts."]
    prefix = "Over: " if is_over else ""
    return Letter(f"{prefix}{rule.name}: {plain(about.name)}", "\n".join(lines) + "\n")


def body(message: Message) -> bytes:
    """The JSON that a webhook gets; docs/alerts.md gives its shape."""
    told: dict[str, Any] = {"id": str(message.uuid), "event": "test"}
    if message.alert is not None:
        told["event"] = f"alert.{message.occasion}"
        told["alert"] = _alert(message.alert)
    return json.dumps(told, separators=(",", ":")).encode()


def words(alert: Alert) -> str:
    """Our own words with counts; of what Zendesk said, only what it means."""
    is_ours = alert.code in alert_rules.EVALUATED
    return alert.message if is_ours else alert_rules.named(alert.code).meaning


def link(alert: Alert) -> str:
    """Where to look at it; empty where the installation's own address is not known."""
    if not settings.SITE_URL:
        return ""
    path = reverse("connections:accounts")
    if alert.destination is not None:
        path = reverse("activations:destination-detail", args=[alert.destination.uuid])
    return f"{settings.SITE_URL}{path}"


def plain(name: str) -> str:
    """A name on one line: no control characters, no tricks with the direction, not endless."""
    text = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"


def _alert(alert: Alert) -> dict[str, Any]:
    rule, about = alert_rules.named(alert.code), _subject_of(alert)
    kind = "destination" if alert.destination_id is not None else "account"
    return {
        "id": alert.pk,
        "rule": alert.code,
        "name": rule.name,
        "severity": rule.severity_label.lower(),
        "message": words(alert),
        kind: {"id": str(about.uuid), "name": about.name},
        "triggered_at": alert.triggered_at.isoformat(),
        "resolved_at": alert.resolved_at.isoformat() if alert.resolved_at else None,
        "url": link(alert),
    }


def _subject_of(alert: Alert) -> Account | Destination:
    thing = alert.destination or alert.account
    assert thing is not None, "an alert is of a destination or of an account"
    return thing
