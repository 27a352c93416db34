"""What a destination sends: field mappings, and activated audiences with their Mapping IDs."""

from django.db import models
from django.db.models import F, Q

from activations.models.audiences import Audience
from activations.terms import SourceKind, TargetKind, WhenEmpty
from connections.models import Destination


class FieldMapping(models.Model):
    """One row of the Mapping step.

    `source` is a dotted XDM path, a namespace symbol or a constant, by `source_kind`; `target` is
    `email`, a contact attribute, an address key (`city`) or a custom field's name, by
    `target_kind`.
    """

    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="field_mappings"
    )
    position = models.PositiveIntegerField()
    source_kind = models.CharField(max_length=10, choices=SourceKind.choices)
    source = models.CharField(max_length=512)
    target_kind = models.CharField(max_length=20, choices=TargetKind.choices)
    target = models.CharField(max_length=255)
    when_empty = models.CharField(max_length=5, choices=WhenEmpty.choices, default=WhenEmpty.KEEP)

    class Meta:
        ordering = ("destination", "position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "target_kind", "target"], name="each_target_is_mapped_once"
            ),
            models.CheckConstraint(
                condition=~Q(source_kind=SourceKind.CONSTANT, target_kind=TargetKind.IDENTITY),
                name="no_identity_is_a_constant",
            ),
        ]


class Activation(models.Model):
    """An audience activated at a destination."""

    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="activations"
    )
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="activations")
    # Mapping ID: the name of the contact custom field that receives the audience status.
    mapping_id = models.CharField(max_length=255)
    start_on = models.DateField()
    # The last day on which it is sent.
    end_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Set once everyone who qualified was lined up.
    backfilled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("destination", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["destination", "audience"], name="an_audience_is_activated_once"
            ),
            models.UniqueConstraint(
                fields=["destination", "mapping_id"],
                name="each_mapping_id_serves_one_audience",
            ),
            models.CheckConstraint(
                condition=Q(end_on__isnull=True) | Q(end_on__gte=F("start_on")),
                name="activation_ends_after_it_starts",
            ),
        ]
