"""Destinations as the pages about connecting need them."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from connections.models import Destination, DestinationStatus

# Adobe Experience Platform allows so many in a sandbox ('Default guardrails for data activation').
MOST_RECOMMENDED: Final = 100


@dataclass(frozen=True, slots=True)
class Counts:
    """How many dataflows there are, and how many are still drafts."""

    live: int
    drafts: int

    @property
    def is_at_guardrail(self) -> bool:
        """Whether another one would be more than is recommended; nothing forbids it."""
        return self.live >= MOST_RECOMMENDED


def get(*, uuid: UUID) -> Destination:
    """With its account and its author. Raises Destination.DoesNotExist."""
    return Destination.objects.select_related("account", "created_by").get(uuid=uuid)


def counts() -> Counts:
    """For the card in the catalog."""
    is_draft = Q(status=DestinationStatus.DRAFT)
    found = Destination.objects.aggregate(
        live=Count("pk", filter=~is_draft), drafts=Count("pk", filter=is_draft)
    )
    return Counts(live=found["live"], drafts=found["drafts"])


def is_name_taken(*, name: str, besides: Destination) -> bool:
    """Whether another destination has this very name."""
    return Destination.objects.filter(name=name).exclude(pk=besides.pk).exists()
