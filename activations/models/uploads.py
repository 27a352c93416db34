"""Files of members on their way into an audience, and the rows that could not be taken."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from activations.models.audiences import Audience
from activations.terms import UploadStatus


class Upload(models.Model):
    """One CSV file. It is read in steps; each step moves `cursor` in its own transaction.

    `fence` grows with every worker that takes it up, so that one who was away too long changes
    nothing any more. The file itself lies in DATA_DIR, named by `uuid`, until the upload ends.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # None while the upload of a new audience has not been started.
    audience = models.ForeignKey(
        Audience, null=True, blank=True, on_delete=models.CASCADE, related_name="uploads"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    file_name = models.CharField(max_length=255)
    # Bytes of the stored file, which is always UTF-8; `encoding` is what it was before.
    size = models.PositiveBigIntegerField()
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    # For each column of the file its XDM path, or "" for a column that is left out.
    columns = models.JSONField(default=list)
    expiry_days = models.PositiveSmallIntegerField(default=30)
    # Whether members who are not in the file leave the audience.
    replaces = models.BooleanField(default=False)

    status = models.CharField(
        max_length=10, choices=UploadStatus.choices, default=UploadStatus.DRAFT
    )
    problem = models.CharField(max_length=500, blank=True)
    # How far it is stored: bytes of the file, and the number of the last row.
    cursor = models.PositiveBigIntegerField(default=0)
    row_number = models.PositiveBigIntegerField(default=0)
    rows_read = models.PositiveBigIntegerField(default=0)
    rows_rejected = models.PositiveBigIntegerField(default=0)
    # Members who left because they were not in the file.
    members_left = models.PositiveBigIntegerField(default=0)

    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(status=UploadStatus.DRAFT)
                | Q(status=UploadStatus.CANCELLED)
                | Q(audience__isnull=False, started_at__isnull=False),
                name="upload_under_way_has_an_audience",
            ),
            models.UniqueConstraint(
                fields=["audience"],
                condition=Q(status=UploadStatus.RUNNING),
                name="one_upload_at_a_time_per_audience",
            ),
            models.CheckConstraint(
                condition=Q(expiry_days__gte=1, expiry_days__lte=90),
                name="upload_expires_in_1_to_90_days",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(status="running"), name="upload_running"
            ),
            models.Index(fields=["-created_at", "-id"], name="upload_by_age"),
        ]

    def __str__(self) -> str:
        return f"Upload {self.pk}"

    @property
    def rows_accepted(self) -> int:
        """Rows that were taken."""
        return self.rows_read - self.rows_rejected


class UploadReject(models.Model):
    """A row that could not be taken: where it is and why, never what it says."""

    # No index of its own: the unique constraint below begins with it.
    upload = models.ForeignKey(
        Upload, on_delete=models.CASCADE, related_name="rejects", db_index=False
    )
    row = models.PositiveBigIntegerField()
    code = models.CharField(max_length=60)
    message = models.CharField(max_length=300)

    class Meta:
        ordering = ("upload_id", "row")
        constraints = [
            models.UniqueConstraint(fields=["upload", "row"], name="a_row_is_rejected_once")
        ]
