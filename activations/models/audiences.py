"""Audiences and who is in them."""

import uuid

from django.db import models
from django.db.models import Q, Value

from activations.models.profiles import Profile
from activations.terms import MembershipStatus, Origin


class Audience(models.Model):
    """Known by namespace and id (XDM segmentMembership); the name may come later."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    namespace = models.CharField(max_length=100, default="ups")
    external_id = models.CharField(max_length=255)
    # Empty means "not yet named": seen in a profile before anyone defined it.
    name = models.CharField(max_length=255, blank=True)
    origin = models.CharField(max_length=20, choices=Origin.choices, default=Origin.PROFILES)
    # In the words of whoever works with it; `tags` sort it among others, each once.
    description = models.TextField(blank=True, default="", db_default="")
    tags = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))
    # Data usage labels that all exported with it has too, in the order of `governance.labels`.
    labels = models.JSONField(default=list, blank=True, db_default=Value([], models.JSONField()))
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "external_id"], name="audience_is_known_once"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.reference

    @property
    def reference(self) -> str:
        """How the workspace file names it: `<namespace>/<id>`."""
        return f"{self.namespace}/{self.external_id}"


class Membership(models.Model):
    """The newest known status of a profile in an audience."""

    # No index of their own: the composite ones below begin with them.
    profile = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    audience = models.ForeignKey(
        Audience, on_delete=models.PROTECT, related_name="memberships", db_index=False
    )
    status = models.CharField(max_length=10, choices=MembershipStatus.choices)
    last_qualified_at = models.DateTimeField()
    # After this instant the membership counts as exited.
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "audience"], name="one_membership_per_profile_and_audience"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MembershipStatus.values),
                name="membership_status_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["audience", "status", "profile"], name="membership_by_status"),
            models.Index(
                fields=["valid_until"],
                condition=Q(valid_until__isnull=False),
                name="membership_to_expire",
            ),
        ]


class AudienceDay(models.Model):
    """How many members an audience had when it was last counted that day (UTC).

    Counting memberships takes longer than a page may: pages read the newest of these rows.
    """

    # No index of its own: the unique constraint below begins with it.
    audience = models.ForeignKey(
        Audience, on_delete=models.CASCADE, related_name="days", db_index=False
    )
    on = models.DateField()
    realized = models.PositiveBigIntegerField(default=0)
    existing = models.PositiveBigIntegerField(default=0)
    exited = models.PositiveBigIntegerField(default=0)
    counted_at = models.DateTimeField()

    class Meta:
        ordering = ("audience_id", "on")
        constraints = [
            models.UniqueConstraint(
                fields=["audience", "on"], name="one_count_per_audience_and_day"
            )
        ]
