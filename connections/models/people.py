"""The people who work here: how they get in, what they may, how they like their times."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models

from connections.permissions import Permission


class SignInLink(models.Model):
    """A one-time sign-in link; only the hash of its secret is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    # Travels through mails and chats, where programs open links to preview them: it asks first.
    is_invitation = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)


class SignInTries(models.Model):
    """Wrong tries to sign in for one name, address or browser, of which only a hash is kept."""

    key_hash = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    # Before this instant nothing is compared.
    held_until = models.DateTimeField()
    # The wait that ends then is in the audit log: once, however many knock during it.
    noted_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.failures} tries"


class Person(models.Model):
    """What belongs to a user besides Django's own row; whoever changed nothing has none."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="person"
    )
    # A name of the IANA database; empty: as the browser has it.
    time_zone = models.CharField(max_length=64, blank=True)
    # Of one character alone; speech input and stray hands press them unasked.
    has_shortcuts = models.BooleanField(default=True, db_default=True)

    class Meta:
        default_permissions = ()
        permissions = (*Permission.choices,)

    def __str__(self) -> str:
        return self.user.get_username()


class AccessLabels(models.Model):
    """What a role may see besides what carries no label: what carries these labels and no others.

    A role without a row sees everything, whatever its labels: so did every role before.
    """

    # Without a constraint: a release before this one still deletes a role that has a row here.
    role = models.OneToOneField(
        Group, on_delete=models.CASCADE, related_name="access_labels", db_constraint=False
    )
    labels = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.role.name
