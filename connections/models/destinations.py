"""A destination: a named dataflow towards one account."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from connections import activation_triggers, marketing_actions
from connections.models.accounts import Account


class DestinationStatus(models.TextChoices):
    """INTERFACE: `status` in `status --json`; what is shown also depends on the account."""

    DRAFT = "draft", "Draft"  # the connect wizard is still open
    ENABLED = "enabled", "Enabled"
    DISABLED = "disabled", "Disabled"
    ERROR = "error", "Error"  # stopped by us; `problem` says why and what to do


class Destination(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="destinations"
    )
    status = models.CharField(
        max_length=20, choices=DestinationStatus.choices, default=DestinationStatus.DRAFT
    )
    # INTERFACE: of the workspace file. Everybody who may see alerts hears of these rules; what one
    # person chose is a `Subscription`.
    alerts = models.JSONField(default=list, blank=True)
    # INTERFACE: of the workspace file too. Codes in the order of `marketing_actions.ACTIONS`.
    marketing_actions = models.JSONField(
        default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    # Codes in the order of `activation_triggers.TRIGGERS`, at least one.
    activation_triggers = models.JSONField(
        default=activation_triggers.every,
        db_default=models.Value(activation_triggers.every(), models.JSONField()),
    )

    # Bumped by every change of what is sent (mappings, audiences, Mapping IDs).
    mapping_version = models.PositiveIntegerField(default=0)

    problem_code = models.CharField(max_length=60, blank=True)
    problem = models.TextField(blank=True)
    # Identical rejections in a row without a success between them.
    rejection_streak = models.PositiveIntegerField(default=0)
    rejection_signature = models.CharField(max_length=300, blank=True)

    last_error_code = models.CharField(max_length=60, blank=True)
    last_error = models.TextField(blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(name=""), name="destination_name_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | (~Q(name="") & Q(account__isnull=False)),
                name="destination_outside_draft_has_name_and_account",
            ),
            models.CheckConstraint(
                condition=~Q(activation_triggers=[]), name="destination_has_an_activation_trigger"
            ),
        ]

    def __str__(self) -> str:
        return self.name or "Draft destination"

    @property
    def marketing_action_names(self) -> list[str]:
        """What its data is meant for, in words."""
        return marketing_actions.named(codes=self.marketing_actions)

    @property
    def activation_trigger_names(self) -> list[str]:
        """Which changes of a profile are exported, in words."""
        return activation_triggers.named(codes=self.activation_triggers)

    @property
    def activation_trigger(self) -> str:
        """Which changes of a profile are exported, in as few words as a column has room for."""
        return activation_triggers.in_short(codes=self.activation_triggers)

    @property
    def activation_triggers_off(self) -> list[str]:
        """Which changes are not exported by themselves, in words."""
        return activation_triggers.off(codes=self.activation_triggers)
