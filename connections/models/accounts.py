"""An account: one Zendesk credential, who it is, and whether Zendesk still takes it."""

import uuid

from django.db import models
from django.db.models import Q


class Platform(models.TextChoices):
    ZENDESK_SELL = "zendesk-sell", "Zendesk"


class AccountStatus(models.TextChoices):
    """INTERFACE: `account` in `status --json`."""

    UNCHECKED = "unchecked", "Not checked yet"
    CONNECTED = "connected", "Connected"
    REJECTED = "rejected", "Rejected by Zendesk"


class Account(models.Model):
    """The token is sealed; `connections.credentials` alone opens it."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    platform = models.CharField(
        max_length=30, choices=Platform.choices, default=Platform.ZENDESK_SELL
    )
    is_sandbox = models.BooleanField(default=False)

    sealed_token = models.TextField(editable=False)
    token_fingerprint = models.CharField(max_length=16, editable=False)
    token_last_four = models.CharField(max_length=4, editable=False)
    # Grows with every new token: an answer to an old token never judges the new one.
    token_epoch = models.PositiveIntegerField(default=1, editable=False)

    status = models.CharField(
        max_length=20, choices=AccountStatus.choices, default=AccountStatus.UNCHECKED
    )
    problem_code = models.CharField(max_length=60, blank=True)
    problem = models.TextField(blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    zendesk_user_id = models.BigIntegerField(null=True, blank=True)
    zendesk_user_name = models.CharField(max_length=255, blank=True)
    zendesk_account_id = models.BigIntegerField(null=True, blank=True)
    zendesk_account_name = models.CharField(max_length=255, blank=True)

    # The contact custom fields as Zendesk last told them (`CustomField.as_json`).
    contact_fields = models.JSONField(default=list, blank=True)
    contact_fields_at = models.DateTimeField(null=True, blank=True)

    # Circuit breaker: an outage costs single probes, not one failure per row.
    outage_failures = models.PositiveIntegerField(default=0)
    outage_until = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~Q(sealed_token=""), name="account_has_a_sealed_token"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def belongs_to(self) -> str:
        """The associated data of the sealed token (`encryption.seal`)."""
        return f"account:{self.uuid}:token"
