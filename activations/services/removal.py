"""Deleting a destination with all it knew. Contacts in Zendesk stay as they are."""

from activations.deliveries.store import removal
from connections import destinations
from connections.models import Destination, DestinationStatus


def delete(*, destination: Destination) -> None:
    """Stop it, forget its deliveries in small steps, then the destination itself.

    Killed in the middle it is left disabled, with fewer deliveries; deleting again ends it.
    """
    if destination.status != DestinationStatus.DRAFT:
        destinations.disable(destination=destination)
    removal.forget(destination_id=destination.pk)
    destinations.delete(destination=destination)
