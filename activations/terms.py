"""The vocabulary: words the platform and we use, stored exactly as spelled here."""

from typing import Final

from django.db import models

# Of an audience: so few that each place of the list can be asked for.
MOST_TAGS: Final = 10
LONGEST_TAG: Final = 40


class MembershipStatus(models.TextChoices):
    """Status of a profile in an audience (XDM segmentMembership, `status`)."""

    REALIZED = "realized", "Realized"
    EXISTING = "existing", "Existing"
    EXITED = "exited", "Exited"


class DeliveryState(models.TextChoices):
    """Where one profile stands at one destination."""

    PENDING = "pending", "Pending"  # something to send, nobody works on it
    LEASED = "leased", "In flight"  # a worker holds it until the lease ends
    WAITING = "waiting", "Waiting"  # to be sent again, not before `next_attempt_at`
    DELIVERED = "delivered", "Delivered"
    EXCLUDED = "excluded", "Excluded"  # must not be sent; `code` says why
    FAILED = "failed", "Failed"  # Zendesk refused it; `code` says how


# What Zendesk is still to be told, or told again.
UNDER_WAY: Final = (DeliveryState.PENDING, DeliveryState.LEASED, DeliveryState.WAITING)


class Lane(models.IntegerChoices):
    """Claims take live changes before backfill."""

    LIVE = 0, "Live"
    BACKFILL = 1, "Backfill"


class ExclusionCode(models.TextChoices):
    """Why a profile is not sent at all."""

    MISSING_EMAIL = "missing-email", "No email identity"
    INVALID_EMAIL = "invalid-email", "Email is not a valid address"
    MISSING_LAST_NAME = "missing-last-name", "No last name"
    MANDATORY_MAPPING_MISSING = "mandatory-mapping-missing", "A mandatory mapping is missing"
    CONSENT = "consent", "No consent"
    POLICY = "policy", "Blocked by a policy"


class SourceKind(models.TextChoices):
    """Where a mapping's value comes from: the profile, or the mapping itself."""

    ATTRIBUTE = "attribute", "Attribute"
    IDENTITY = "identity", "Identity namespace"
    CONSTANT = "constant", "Constant value"


class TargetKind(models.TextChoices):
    """What a mapping writes in the contact."""

    IDENTITY = "identity", "Identity namespace"
    ATTRIBUTE = "attribute", "Attribute"
    ADDRESS = "address", "Address"
    CUSTOM_FIELD = "custom_field", "Custom field"


class WhenEmpty(models.TextChoices):
    """What an absent source value does to the Zendesk field."""

    KEEP = "keep", "Keep what Zendesk has"
    CLEAR = "clear", "Clear the field"


class Origin(models.TextChoices):
    """Where an audience came from."""

    PROFILES = "profiles", "Profile ingestion"
    WORKSPACE = "workspace", "Workspace file"
    BROWSER = "browser", "Created here"
    UPLOAD = "upload", "Custom upload"


class UploadStatus(models.TextChoices):
    """Where a file of members stands on its way into an audience."""

    DRAFT = "draft", "Not started"  # the file is here, its columns are being chosen
    RUNNING = "running", "Running"
    FINISHED = "finished", "Finished"
    CANCELLED = "cancelled", "Cancelled"  # what was taken until then stays
    FAILED = "failed", "Failed"  # `problem` says why


class IngestSource(models.TextChoices):
    """How records came in."""

    API = "api", "HTTP API"
    UPLOAD = "upload", "Upload"


class LabelMatch(models.TextChoices):
    """Which of its labels a data usage policy is about."""

    ALL = "all", "All of"
    ANY = "any", "Any of"


class PolicyStatus(models.TextChoices):
    """Only an enabled policy restricts anything."""

    DRAFT = "draft", "Draft"  # was never enabled
    ENABLED = "enabled", "Enabled"
    DISABLED = "disabled", "Disabled"
