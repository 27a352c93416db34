"""The audit log: who did what to which object. Rows are added and forgotten by age, and never
changed, but that those of denied sign-ins count.
"""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ActorKind(models.TextChoices):
    """INTERFACE: `actor_kind` in the files of the audit log."""

    PERSON = "person", "Person"
    COMMAND = "command", "Command"
    SYSTEM = "system", "System"


class Action(models.TextChoices):
    """INTERFACE: `action` in the files of the audit log."""

    CREATED = "created", "Created"
    CHANGED = "changed", "Changed"
    DELETED = "deleted", "Deleted"
    ENABLED = "enabled", "Enabled"
    DISABLED = "disabled", "Disabled"
    SET_UP = "set-up", "Set up"
    ACTIVATED = "activated", "Activation finished"
    ACTIVATED_NOW = "activated-now", "Activated now"
    SENT_ONE = "sent-one", "One profile sent"
    RETRIED = "retried", "Failed profiles retried"
    RESUMED = "resumed", "Resumed"
    STARTED = "started", "Started"
    STOPPED = "stopped", "Stopped"
    CANCELLED = "cancelled", "Cancelled"
    REJECTED = "rejected", "Rejected by Zendesk"
    TOKEN_REPLACED = "token-replaced", "Token replaced"
    SECRET_REPLACED = "secret-replaced", "Secret replaced"
    REVOKED = "revoked", "Revoked"
    SUBSCRIBED = "subscribed", "Subscriptions changed"
    RESOLVED = "resolved", "Resolved"
    INVITED = "invited", "Invited"
    INVITATION_RENEWED = "invitation-renewed", "Invitation renewed"
    DEACTIVATED = "deactivated", "Deactivated"
    REACTIVATED = "reactivated", "Reactivated"
    LINK_MADE = "link-made", "Sign-in link made"
    SIGNED_IN = "signed-in", "Signed in"
    SIGNED_OUT = "signed-out", "Signed out"
    SIGN_IN_DENIED = "sign-in-denied", "Sign-in denied"
    PASSWORD_CHANGED = "password-changed", "Password changed"
    APPLIED = "applied", "Applied"
    EXPORTED = "exported", "Exported"


class Status(models.TextChoices):
    """INTERFACE: `status` in the files of the audit log; what was denied was not done."""

    ALLOWED = "allowed", "Allowed"
    DENIED = "denied", "Denied"


DENIED: Final = (Action.SIGN_IN_DENIED,)


class Kind(models.TextChoices):
    """INTERFACE: `kind` in the files of the audit log."""

    DESTINATION = "destination", "Destination"
    ACCOUNT = "account", "Account"
    AUDIENCE = "audience", "Audience"
    UPLOAD = "upload", "Upload"
    POLICY = "policy", "Data usage policy"
    CONSENT_POLICY = "consent-policy", "Consent policy"
    LABELS = "labels", "Labels"
    CUSTOM_LABEL = "custom-label", "Custom label"
    ALERT = "alert", "Alert"
    ALERT_RULE = "alert-rule", "Alert rule"
    WEBHOOK = "webhook", "Webhook"
    API_KEY = "api-key", "API key"
    PERSON = "person", "Person"
    ROLE = "role", "Role"
    WORKSPACE = "workspace", "Workspace"
    AUDIT_LOG = "audit-log", "Audit log"


class AuditEntry(models.Model):
    """One change, noted in its own transaction by `connections.audit`.

    What it says of people and objects is text of that instant: it stays when they are gone.
    """

    at = models.DateTimeField(db_default=Now())
    # No index of its own: one below begins with it.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    actor_kind = models.CharField(max_length=20)
    actor = models.CharField(max_length=150)
    # Not bound to the words above: a new word needs no migration, an old one keeps its rows.
    action = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    # A UUID or the key as text; empty for what has neither.
    reference = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=300, blank=True)
    # [field, old, new], all of them text for people.
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ("-at", "-pk")
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest_first"),
            models.Index(fields=["kind", "-at", "-id"], name="audit_by_kind"),
            models.Index(fields=["kind", "reference", "-at", "-id"], name="audit_by_object"),
            models.Index(fields=["action", "-at", "-id"], name="audit_by_action"),
            models.Index(fields=["person", "-at", "-id"], name="audit_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.kind}"

    @property
    def action_label(self) -> str:
        """In words; a word that nobody knows any more stands for itself."""
        return dict(Action.choices).get(self.action, self.action)

    @property
    def kind_label(self) -> str:
        """In words."""
        return dict(Kind.choices).get(self.kind, self.kind)

    @property
    def status(self) -> Status:
        """Whether it was done."""
        return Status.DENIED if self.action in DENIED else Status.ALLOWED
