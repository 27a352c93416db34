"""The open activation wizard, as a row: reload, back button and a second tab lose nothing."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from connections.models import Destination


class ActivationDraft(models.Model):
    """What the person chose so far; `services.drafts.finish` makes it real in one go.

    `audiences`: list of {"audience": <Audience pk>, "mapping_id", "start_on", "end_on"} and
    `mappings`: list of {"source_kind", "source", "target_kind", "target", "when_empty"};
    dates as ISO text, values as typed, valid or not.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="activation_drafts"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    audiences = models.JSONField(default=list)
    mappings = models.JSONField(default=list)
    # Counts saves: a second tab that saves over a newer draft is told so.
    version = models.PositiveIntegerField(default=1)
    # The destination's mapping_version when the draft was opened.
    based_on_version = models.PositiveIntegerField(default=0)
    # `audiences` and `mappings` as they were then: what others change since is told apart by it.
    based_on = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-updated_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "created_by"],
                condition=Q(finished_at__isnull=True),
                name="one_open_draft_per_destination_and_person",
            )
        ]
