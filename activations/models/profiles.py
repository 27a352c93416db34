"""A profile: one person as the records told so far."""

from django.db import models


class Profile(models.Model):
    """`identity` is `<namespace lower case>:<id>`; for Email the id is trimmed and lower-cased.

    A profile without an Email identity is kept under its first other identity, with an empty
    `email`, and is excluded from every destination as `missing-email`.
    """

    # Without the pattern indexes that Django gives text on PostgreSQL (migration 0016): people are
    # found by the whole address, and each index costs every new and changed profile a page.
    identity = models.CharField(max_length=512, unique=True)
    email = models.CharField(max_length=320, blank=True, db_index=True)
    # XDM attributes without the `xdm:` prefix; identityMap and segmentMembership stand apart.
    attributes = models.JSONField(default=dict)
    # Namespace symbol as first written -> list of {"id", "primary"?, "authenticatedState"?}.
    identities = models.JSONField(default=dict)
    # sha256 of attributes and identities: an equal record changes nothing.
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        # Never the identity: a profile's text form ends up in logs and error pages.
        return f"Profile {self.pk}"
