"""Long work and its account: backfills, and the hourly runs of destinations and audiences."""

import uuid

from django.db import models
from django.db.models import Q

from activations.models.audiences import Audience
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


class AudienceRun(models.Model):
    """One clock hour of one audience at one destination.

    A profile counts in every activated audience it has a membership in, so the audiences of a
    destination add up to more than its dataflow run. Counted a few minutes later than the runs.
    """

    # No index of its own: the unique constraint below begins with it.
    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="audience_runs", db_index=False
    )
    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="runs")
    started_at = models.DateTimeField()
    activated = models.PositiveBigIntegerField(default=0)
    excluded = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("-started_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "audience", "started_at"],
                name="one_run_per_destination_audience_and_hour",
            )
        ]
        indexes = [
            models.Index(fields=["started_at", "audience", "activated"], name="audience_run_hour"),
            # Ninety days of an audience are added up from the index alone.
            models.Index(
                fields=[
                    "destination",
                    "audience",
                    "started_at",
                    "activated",
                    "excluded",
                    "failed",
                ],
                name="audience_run_sums",
            ),
            models.Index(
                fields=["destination", "started_at"],
                condition=Q(failed__gt=0),
                name="audience_run_failed",
            ),
        ]


class AudienceRunCursor(models.Model):
    """Up to which instant the audience runs are counted: one row, changed with the counts."""

    counted_until = models.DateTimeField()
