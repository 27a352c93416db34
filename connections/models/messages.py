"""How people and programs hear of alerts: the bell, and the outbox of e-mails and webhooks."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from connections.models.alerts import Alert


class Occasion(models.TextChoices):
    """Why something is said; stored with notifications and messages alike."""

    TRIGGERED = "triggered", "Triggered"
    RESOLVED = "resolved", "Resolved"
    TEST = "test", "Test"


class Notification(models.Model):
    """One line behind a person's bell. Not shown before `shown_at` (remind me later)."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="notifications")
    # No index of its own: the one below begins with it.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
    )
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    shown_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-shown_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "person", "occasion"],
                name="one_notification_per_alert_person_and_occasion",
            )
        ]
        indexes = [
            models.Index(fields=["person", "-shown_at", "-id"], name="notification_newest_first"),
            models.Index(
                fields=["person", "shown_at"],
                condition=Q(read_at__isnull=True),
                name="notification_unread",
            ),
        ]


class Webhook(models.Model):
    """An address that is told of alerts. `connections.credentials` alone opens the secret."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200, unique=True)
    url = models.CharField(max_length=2000)
    # Codes of the rules it hears of, at every destination.
    rules = models.JSONField(default=list)
    sealed_secret = models.TextField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(sealed_secret=""), name="webhook_has_a_sealed_secret"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def belongs_to(self) -> str:
        """The associated data of the sealed secret (`encryption.seal`)."""
        return f"webhook:{self.uuid}:secret"


class MessageState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    GIVEN_UP = "given-up", "Given up"


class Message(models.Model):
    """One e-mail or one call of a webhook, from the moment its alert was stored until it is sent.

    To a person it is an e-mail; the address is the one they have when it leaves.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    alert = models.ForeignKey(
        Alert, null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    webhook = models.ForeignKey(
        Webhook, null=True, blank=True, on_delete=models.CASCADE, related_name="messages"
    )
    state = models.CharField(
        max_length=10, choices=MessageState.choices, default=MessageState.WAITING
    )
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    # The claim a sender holds: only who has the newest may settle.
    fence = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) ^ Q(webhook__isnull=False),
                name="message_is_for_one_person_or_webhook",
            ),
            models.CheckConstraint(
                condition=Q(alert__isnull=False) ^ Q(occasion="test"),
                name="message_without_alert_is_a_test",
            ),
            models.UniqueConstraint(
                fields=["alert", "person", "occasion"], name="one_email_per_alert_and_occasion"
            ),
            models.UniqueConstraint(
                fields=["alert", "webhook", "occasion"], name="one_call_per_alert_and_occasion"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(state="waiting"), name="message_due"
            )
        ]
