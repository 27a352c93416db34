"""What came in, as far as it must be remembered: answers to repeat, and how much it was."""

from django.db import models

from activations.models.api_keys import ApiKey
from activations.terms import IngestSource


class IngestReceipt(models.Model):
    """The answer to a request that carried an `Idempotency-Key`: the same key gets it again.

    Stored in the transaction of the profiles it speaks of; only digests, nobody's data.
    """

    # No index of its own: the unique constraint below begins with it.
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.CASCADE, related_name="receipts", db_index=False
    )
    key_digest = models.CharField(max_length=64)
    body_digest = models.CharField(max_length=64)
    answer = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["api_key", "key_digest"], name="one_receipt_per_idempotency_key"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="receipt_by_age")]


class IngestHour(models.Model):
    """Records of one source in one clock hour that came to the same end.

    `code` says why records were rejected; it is empty where they were accepted.
    """

    source = models.CharField(max_length=10, choices=IngestSource.choices)
    started_at = models.DateTimeField()
    code = models.CharField(max_length=60, blank=True)
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("-started_at", "source", "code")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "started_at", "code"], name="one_count_per_source_hour_and_code"
            )
        ]
