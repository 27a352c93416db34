"""Long work and its account: backfills, and the hourly dataflow runs."""

import uuid

from django.db import models
from django.db.models import Q

from activations.models.mappings import Activation
from connections.models import Destination


class Backfill(models.Model):
    """Lining up everyone who qualifies, chunk by chunk, so that no transaction is long.

    With an activation: everyone who is in its audience. Without: everyone the destination already
    has a delivery for (after a mapping change).
    """

    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="backfills")
    activation = models.ForeignKey(
        Activation, null=True, blank=True, on_delete=models.CASCADE, related_name="backfills"
    )
    # The last profile id that was lined up.
    cursor = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(finished_at__isnull=True), name="backfill_open"
            )
        ]


class DataflowRun(models.Model):
    """One clock hour of one destination."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    profiles_received = models.PositiveBigIntegerField(default=0)
    identities_activated = models.PositiveBigIntegerField(default=0)
    identities_excluded = models.PositiveBigIntegerField(default=0)
    identities_failed = models.PositiveBigIntegerField(default=0)
    requests_sent = models.PositiveBigIntegerField(default=0)
    requests_throttled = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "started_at"], name="one_run_per_destination_and_hour"
            )
        ]
