"""Activate now: the members of an audience are sent once more, changed or not."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from activations.models.audiences import Audience
from connections.models import Destination


class Resend(models.Model):
    """One job: one audience at one destination. Lined up in steps, no faster than it is sent.

    Its audience may be removed from the destination meanwhile; the job then ends and says so.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="resends", db_index=False
    )
    audience = models.ForeignKey(Audience, on_delete=models.CASCADE, related_name="resends")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    # When it was its turn; until then it is queued behind others of the destination.
    started_at = models.DateTimeField(null=True, blank=True)
    # From then on nobody more is lined up.
    lined_up_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # The last profile id that was lined up.
    cursor = models.BigIntegerField(default=0)
    # Who is lined up and not done: [[delivery id, seq], ...]. Done is who was delivered with that
    # `desired_seq` or a later one. Seq 0: a worker had it in hand, so it is lined up afterwards.
    under_way = models.JSONField(default=list, blank=True)

    # As counted when it started.
    members = models.PositiveBigIntegerField(default=0)
    activated = models.PositiveBigIntegerField(default=0)
    excluded = models.PositiveBigIntegerField(default=0)
    failed = models.PositiveBigIntegerField(default=0)
    # Nothing was to be sent any more when it was their turn.
    left = models.PositiveBigIntegerField(default=0)
    # Why not all were sent, in words; empty when all were.
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "audience"],
                condition=Q(finished_at__isnull=True),
                name="one_open_resend_per_destination_and_audience",
            ),
        ]
        indexes = [
            models.Index(fields=["destination", "audience", "created_at"], name="resend_newest"),
            models.Index(fields=["destination", "created_at"], name="resend_by_age"),
        ]

    @property
    def done(self) -> int:
        """Of how many members it is known what became of them."""
        return self.activated + self.excluded + self.failed + self.left
