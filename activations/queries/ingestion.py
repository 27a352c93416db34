"""What came in over HTTP: how much, why some was rejected, and the keys it came with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, QuerySet, Sum

from activations.models import ApiKey, IngestHour
from activations.services.ingest_hours import ACCEPTED
from activations.terms import IngestSource

RANGES: Final = {
    "24h": ("Last 24 hours", timedelta(hours=24)),
    "7d": ("Last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", timedelta(days=30)),
}
DEFAULT_RANGE: Final = "24h"

# What the HTTP API rejects single profiles for, in words (docs/profiles.md).
_MEANINGS: Final = {
    "not-an-object": "The profile is not a JSON object",
    "no-identity": "No identity in identityMap",
    "invalid-identity-map": "identityMap has another shape",
    "identity-too-long": "An identity is too long",
    "invalid-membership": "segmentMembership has another shape",
    "invalid-json": "Not JSON",
    "invalid-text": "A text holds characters that cannot be stored",
    "number-too-large": "A number has more than 64 digits",
    "too-deep": "Nested too deeply",
    "too-many-attributes": "Too many attributes",
    "duplicate-key": "A key stands there twice",
    "row-too-long": "Longer than 1 MiB",
}


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason with how many profiles were rejected for it."""

    code: str
    count: int

    @property
    def meaning(self) -> str:
        """In words."""
        return _MEANINGS.get(self.code, "")


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came in over HTTP since an instant; whole hours."""

    accepted: int
    rejections: Sequence[Rejection]

    @property
    def rejected(self) -> int:
        """For whatever reason."""
        return sum(rejection.count for rejection in self.rejections)


def traffic(*, since: datetime) -> Traffic:
    """One query over a few rows an hour."""
    hours = IngestHour.objects.filter(source=IngestSource.API, started_at__gte=since).order_by()
    counts = dict(hours.values_list("code").annotate(Sum("count")))
    accepted = counts.pop(ACCEPTED, 0)
    rejections = [Rejection(code, count) for code, count in counts.items()]
    return Traffic(accepted, sorted(rejections, key=lambda r: (-r.count, r.code)))


def api_keys() -> QuerySet[ApiKey]:
    """Those in force first, then by name."""
    return ApiKey.objects.order_by(F("revoked_at").desc(nulls_first=True), "name", "pk")


def api_key(*, pk: int) -> ApiKey:
    """Raises ApiKey.DoesNotExist."""
    return ApiKey.objects.get(pk=pk)
