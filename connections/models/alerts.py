"""What somebody has to look at: one record per condition, who hears of it, and by which rule."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from connections.models.accounts import Account
from connections.models.destinations import Destination

_ONE_OF_BOTH = Q(account__isnull=False) ^ Q(destination__isnull=False)


class Alert(models.Model):
    """Of a destination or of an account. While it is open the same condition makes no second.

    What is said of a dataflow run is said once of it: `run_at` is the run's hour. An event without
    an end (a run started) is resolved at the moment it is triggered.
    """

    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="alerts_raised"
    )
    destination = models.ForeignKey(
        Destination, null=True, blank=True, on_delete=models.CASCADE, related_name="alerts_raised"
    )
    code = models.CharField(max_length=60)
    message = models.TextField()
    run_at = models.DateTimeField(null=True, blank=True)
    triggered_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    # Empty: it was over by itself.
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-triggered_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=_ONE_OF_BOTH, name="alert_is_of_one_account_or_destination"
            ),
            models.UniqueConstraint(
                fields=["account", "code"],
                condition=Q(resolved_at__isnull=True),
                name="one_open_alert_per_account_and_code",
            ),
            models.UniqueConstraint(
                fields=["destination", "code"],
                condition=Q(resolved_at__isnull=True),
                name="one_open_alert_per_destination_and_code",
            ),
            models.UniqueConstraint(
                fields=["destination", "code", "run_at"],
                condition=Q(run_at__isnull=False),
                name="one_alert_per_destination_code_and_run",
            ),
        ]
        indexes = [
            models.Index(fields=["-triggered_at", "-id"], name="alert_newest_first"),
            # A handful among all that were ever triggered; many pages ask for them.
            models.Index(
                fields=["-triggered_at", "-id"],
                condition=Q(resolved_at__isnull=True),
                name="alert_open",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class AlertRule(models.Model):
    """What people changed about a rule of `connections.alert_rules`; without a row, nothing."""

    code = models.CharField(max_length=60, unique=True)
    is_enabled = models.BooleanField(default=True)
    # In the rule's own unit; empty for a rule that has none.
    threshold = models.DecimalField(max_digits=9, decimal_places=1, null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class Subscription(models.Model):
    """A person hears of one rule at one destination (and of its account, for rules of those)."""

    # No index of its own: the unique constraint begins with it.
    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="subscriptions", db_index=False
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_subscriptions"
    )
    code = models.CharField(max_length=60)
    has_email = models.BooleanField(default=False)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "code", "person"],
                name="one_subscription_per_destination_rule_and_person",
            )
        ]


class Sighting(models.Model):
    """When something was seen that is not yet an alert: an outage begun, a destination held."""

    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    destination = models.ForeignKey(
        Destination, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=_ONE_OF_BOTH, name="sighting_is_of_one_account_or_destination"
            ),
            # NULLs differ from each other, so each holds for its own kind alone.
            models.UniqueConstraint(fields=["account"], name="one_sighting_per_account"),
            models.UniqueConstraint(fields=["destination"], name="one_sighting_per_destination"),
        ]
