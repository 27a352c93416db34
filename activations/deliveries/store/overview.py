"""How the deliveries stand, as numbers."""

from django.db.models import Count

from activations.models import Delivery
from activations.terms import UNDER_WAY, DeliveryState
from connections.models import Account, AccountStatus, Destination, DestinationStatus

_LEFT = (*UNDER_WAY, DeliveryState.FAILED)


def remaining() -> dict[str, int]:
    """Deliveries of enabled or stopped destinations that are not over, or failed, by state."""
    sending = [DestinationStatus.ENABLED, DestinationStatus.ERROR]
    # Asked for first: then SQLite goes to those rows, joined it would read the whole index.
    ids = list(Destination.objects.filter(status__in=sending).values_list("pk", flat=True))
    rows = Delivery.objects.filter(destination_id__in=ids, state__in=_LEFT)
    counts = rows.order_by().values_list("state").annotate(count=Count("*"))
    return {str(DeliveryState(state)): count for state, count in counts}


def rejected_accounts() -> list[str]:
    """Names of rejected accounts that an enabled destination waits for."""
    return list(
        Account.objects.filter(
            status=AccountStatus.REJECTED, destinations__status=DestinationStatus.ENABLED
        )
        .order_by("name")
        .values_list("name", flat=True)
        .distinct()
    )
