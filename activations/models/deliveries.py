"""Desired state and what we know Zendesk holds, per destination and profile."""

from django.db import models
from django.db.models import F, Q

from activations.models.profiles import Profile
from activations.terms import DeliveryState, Lane
from connections.models import Account, Destination


class Delivery(models.Model):
    """One row per destination and profile; docs/architecture.md draws its life.

    `desired_seq` grows with every change that may matter; `delivered_seq` is the newest of them
    that Zendesk is known to hold. `account` repeats the destination's, so that the database
    itself keeps two requests for one contact apart.
    """

    # No index of their own: the composite ones below begin with them.
    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="deliveries")

    desired_seq = models.BigIntegerField(default=1)
    delivered_seq = models.BigIntegerField(default=0)
    # Digest of the contact Zendesk last confirmed; equal means there is nothing to send.
    delivered_digest = models.CharField(max_length=64, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    # The destination's `mapping_version` this row was last rendered with: a backfill passes over
    # rows that a live change already took through the present configuration.
    rendered_version = models.PositiveIntegerField(default=0)
    contact_id = models.BigIntegerField(null=True, blank=True)

    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    lane = models.PositiveSmallIntegerField(choices=Lane.choices, default=Lane.LIVE)
    next_attempt_at = models.DateTimeField()
    # When what is not in Zendesk yet first became due, once the row was put off: a retry or a
    # claim handed back moves `next_attempt_at`, which says so until then.
    first_due_at = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Until then a request of ours whose outcome nobody knows may still be applied.
    unsettled_until = models.DateTimeField(null=True, blank=True)

    attempts = models.PositiveIntegerField(default=0)
    crashes = models.PositiveIntegerField(default=0)
    # Exclusion or failure code of the present state, or of the newest attempt while waiting.
    code = models.CharField(max_length=100, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "profile"], name="one_delivery_per_destination_and_profile"
            ),
            models.UniqueConstraint(
                fields=["account", "profile"],
                condition=Q(state="leased"),
                name="one_writer_per_contact",
            ),
            models.CheckConstraint(
                condition=Q(delivered_seq__lte=F("desired_seq")),
                name="nothing_newer_than_desired_is_delivered",
            ),
            models.CheckConstraint(
                condition=~Q(state="delivered")
                | Q(delivered_seq=F("desired_seq"), unsettled_until__isnull=True),
                name="delivered_means_up_to_date_and_settled",
            ),
            models.CheckConstraint(
                condition=Q(state="leased", lease_until__isnull=False)
                | (~Q(state="leased") & Q(lease_until__isnull=True)),
                name="leased_has_a_lease_end",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["excluded", "failed"]) | ~Q(code=""),
                name="excluded_and_failed_say_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["destination", "lane", "next_attempt_at", "id"],
                condition=Q(state__in=["pending", "waiting"]),
                name="delivery_due",
            ),
            models.Index(
                fields=["lease_until"], condition=Q(state="leased"), name="delivery_leased"
            ),
            # To its end by key, so that pages of one code among a million are ranges of it.
            models.Index(fields=["destination", "state", "code", "id"], name="delivery_by_code"),
            models.Index(
                fields=["destination"],
                condition=Q(unsettled_until__isnull=False),
                name="delivery_unsettled",
            ),
            # Only what was put off, so that the rows of a smooth delivery never enter it.
            models.Index(
                fields=["destination", "lane", "first_due_at"],
                condition=Q(first_due_at__isnull=False),
                name="delivery_put_off",
            ),
            # What ended lately, for the runs of audiences and the reasons of a dataflow run.
            models.Index(
                fields=["updated_at", "destination", "state", "code"],
                condition=Q(state__in=["excluded", "failed"]),
                name="delivery_ended",
            ),
        ]


class Attempt(models.Model):
    """A request, written down before its bytes leave; `outcome` is empty until it is known."""

    # No index of its own: the unique constraint below begins with it.
    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, related_name="attempt_log", db_index=False
    )
    fence = models.PositiveBigIntegerField()
    seq = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    # Empty: nobody knows. Else: written, rejected, throttled, unauthorised, not-sent, unknown.
    outcome = models.CharField(max_length=20, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    code = models.CharField(max_length=100, blank=True)
    request_id = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["delivery", "fence"], name="one_attempt_per_claim")
        ]
        indexes = [models.Index(fields=["started_at"], name="attempt_by_age")]
