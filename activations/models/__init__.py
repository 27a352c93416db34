"""What we send, as rows."""

from activations.models.api_keys import ApiKey
from activations.models.audiences import Audience, AudienceDay, Membership
from activations.models.counts import Count
from activations.models.deliveries import Attempt, Delivery
from activations.models.drafts import ActivationDraft
from activations.models.governance import ConsentPolicy, CustomLabel, LabeledAttribute, Policy
from activations.models.ingestion import IngestHour, IngestReceipt
from activations.models.mappings import Activation, FieldMapping
from activations.models.profiles import Profile
from activations.models.resends import Resend
from activations.models.runs import AudienceRun, AudienceRunCursor, Backfill, DataflowRun
from activations.models.uploads import Upload, UploadReject

__all__ = [
    "Activation",
    "ActivationDraft",
    "ApiKey",
    "Attempt",
    "Audience",
    "AudienceDay",
    "AudienceRun",
    "AudienceRunCursor",
    "Backfill",
    "ConsentPolicy",
    "Count",
    "CustomLabel",
    "DataflowRun",
    "Delivery",
    "FieldMapping",
    "IngestHour",
    "IngestReceipt",
    "LabeledAttribute",
    "Membership",
    "Policy",
    "Profile",
    "Resend",
    "Upload",
    "UploadReject",
]
