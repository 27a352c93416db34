"""What a person may do about audiences that are activated already."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from activations.services import configuration
from activations.services.configuration import AudienceChoice
from connections.models import Destination


def remove(*, destination: Destination, activation_ids: Collection[int], at: datetime) -> int:
    """Send these audiences no more; returns how many of them were activated here.

    Contacts and their fields stay in Zendesk as they are: nobody is told to have left.
    """
    with transaction.atomic():
        # Another person may be finishing a wizard: one after the other.
        locked = Destination.objects.select_for_update().get(pk=destination.pk)
        rows = list(locked.activations.select_related("audience").order_by("pk"))
        kept = [row for row in rows if row.pk not in activation_ids]
        configuration.configure(
            destination=locked,
            rules=configuration.rules_of(destination=locked),
            audiences=[
                AudienceChoice(row.audience, row.mapping_id, row.start_on, row.end_on)
                for row in kept
            ],
            at=at,
        )
    return len(rows) - len(kept)
