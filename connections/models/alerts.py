"""What somebody has to look at: one record per condition, closed when it is over."""

from django.db import models
from django.db.models import Q

from connections.models.accounts import Account
from connections.models.destinations import Destination


class Alert(models.Model):
    """Of a destination or of an account. While it is open the same condition makes no second."""

    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="alerts_raised"
    )
    destination = models.ForeignKey(
        Destination, null=True, blank=True, on_delete=models.CASCADE, related_name="alerts_raised"
    )
    code = models.CharField(max_length=60)
    message = models.TextField()
    triggered_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-triggered_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=False) ^ Q(destination__isnull=False),
                name="alert_is_of_one_account_or_destination",
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
        ]

    def __str__(self) -> str:
        return self.code
