"""How many requests may a destination have under way that has not proven itself?

One that is set up wrong is stopped after so many identical rejections; what is in flight by then,
in whichever process, must not make it more.
"""

from collections.abc import Collection

from django.db.models import Count, Exists, OuterRef

from activations.deliveries.store.streaks import STOP_AFTER
from activations.models import Attempt, Delivery
from activations.terms import DeliveryState
from connections.models import Destination, DestinationStatus


def room(*, destination_ids: Collection[int]) -> dict[int, int | None]:
    """How many more may be begun now, by destination; None: it is not enabled any more.

    The destinations stay locked until the caller's transaction ends, so that two processes do not
    take the same room. Deliveries are locked before destinations, as a settlement does it.
    """
    if not destination_ids:
        return {}
    locked = Destination.objects.select_for_update(no_key=True).filter(pk__in=destination_ids)
    known = {
        pk: (status, streak)
        for pk, status, streak in locked.order_by("pk").values_list(
            "pk", "status", "rejection_streak"
        )
    }
    under_way = _under_way(destination_ids)
    return {
        pk: _room(*known[pk], under_way.get(pk, 0)) if pk in known else None
        for pk in destination_ids
    }


def _room(status: str, streak: int, under_way: int) -> int | None:
    if status != DestinationStatus.ENABLED:
        return None
    return max(0, STOP_AFTER - streak - under_way)


def _under_way(destination_ids: Collection[int]) -> dict[int, int]:
    begun = Attempt.objects.filter(delivery_id=OuterRef("pk"), fence=OuterRef("fence"), outcome="")
    leased = Delivery.objects.filter(
        destination_id__in=destination_ids, state=DeliveryState.LEASED
    ).filter(Exists(begun))
    counted = leased.order_by().values_list("destination_id").annotate(count=Count("*"))
    return dict(counted)
