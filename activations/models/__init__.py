"""What we send, as rows."""

from activations.models.api_keys import ApiKey
from activations.models.audiences import Audience, Membership
from activations.models.counts import Count
from activations.models.deliveries import Attempt, Delivery
from activations.models.drafts import ActivationDraft
from activations.models.ingestion import IngestReceipt
from activations.models.mappings import Activation, FieldMapping
from activations.models.profiles import Profile
from activations.models.runs import Backfill, DataflowRun

__all__ = [
    "Activation",
    "ActivationDraft",
    "ApiKey",
    "Attempt",
    "Audience",
    "Backfill",
    "Count",
    "DataflowRun",
    "Delivery",
    "FieldMapping",
    "IngestReceipt",
    "Membership",
    "Profile",
]
