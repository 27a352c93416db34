"""Who we talk to, as rows."""

from connections.models.accounts import Account, AccountStatus
from connections.models.alerts import Alert, AlertRule, Sighting, Subscription
from connections.models.audit import AuditEntry
from connections.models.destinations import Destination, DestinationStatus
from connections.models.messages import (
    Message,
    MessageState,
    Notification,
    Occasion,
    Webhook,
)
from connections.models.pacing import TokenPace
from connections.models.people import AccessLabels, Person, SignInLink, SignInTries

__all__ = [
    "AccessLabels",
    "Account",
    "AccountStatus",
    "Alert",
    "AlertRule",
    "AuditEntry",
    "Destination",
    "DestinationStatus",
    "Message",
    "MessageState",
    "Notification",
    "Occasion",
    "Person",
    "Sighting",
    "SignInLink",
    "SignInTries",
    "Subscription",
    "TokenPace",
    "Webhook",
]
