"""How the deliveries stand, as numbers."""

from django.db.models import Count

from activations.models import Delivery
from activations.terms import DeliveryState
from connections.models import Account, AccountStatus, DestinationStatus


def remaining() -> dict[str, int]:
    """Deliveries of enabled or stopped destinations by state."""
    rows = Delivery.objects.exclude(
        destination__status__in=[DestinationStatus.DRAFT, DestinationStatus.DISABLED]
    )
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
