"""Data governance, as rows: what is known about attributes, and what must not go together."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from activations.terms import LabelMatch, PolicyStatus


class CustomLabel(models.Model):
    """A label of one's own. `name` stands among the codes of what carries it, and never changes."""

    name = models.CharField(max_length=50)
    friendly_name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="custom_label_name_is_unique"),
        ]

    def __str__(self) -> str:
        return self.name


class LabeledAttribute(models.Model):
    """An XDM attribute with its data usage labels; whatever lies below the path has them too.

    `path` as `governance.attributes` writes it; `labels` are codes in the order of
    `governance.labels`, at least one.
    """

    path = models.CharField(max_length=512, unique=True)
    labels = models.JSONField(default=list)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("path", "pk")

    def __str__(self) -> str:
        return self.path


class PolicyBase(models.Model):
    """What both kinds of policy have.

    Codes in the order of `governance.labels` and of `marketing_actions.ACTIONS`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    labels = models.JSONField(default=list)
    label_match = models.CharField(max_length=3, choices=LabelMatch.choices, default=LabelMatch.ANY)
    marketing_actions = models.JSONField(default=list)
    status = models.CharField(
        max_length=10, choices=PolicyStatus.choices, default=PolicyStatus.DRAFT
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Policy(PolicyBase):
    """A data usage policy: `labels` and any of `marketing_actions` do not go together."""

    # Came with the product: it can be enabled and disabled, and nothing else.
    is_core = models.BooleanField(default=False)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="policy_name_is_unique"),
        ]


class ConsentPolicy(PolicyBase):
    """Whom a destination may be sent: if it has any of `marketing_actions` and what is mapped
    carries `labels`, a profile must hold one of `accepted` at `path`.

    `path` is a dotted XDM path; either list of conditions may be empty. A table of its own, since
    a release before it would take its rows for data usage policies.
    """

    path = models.CharField(max_length=512)
    accepted = models.JSONField(default=list)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["name"], name="consent_policy_name_is_unique"),
        ]
