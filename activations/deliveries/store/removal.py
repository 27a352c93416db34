"""Forgetting a destination's deliveries, chunk by chunk: there may be a million of them."""

from django.db import transaction

from activations.models import Attempt, Delivery

CHUNK_ROWS = 5_000


def forget(*, destination_id: int) -> int:
    """Delete all deliveries of a destination that sends no more; returns how many."""
    total = 0
    while True:
        with transaction.atomic():
            rows = Delivery.objects.filter(destination_id=destination_id).order_by("pk")
            ids = list(rows.values_list("pk", flat=True)[:CHUNK_ROWS])
            # Attempts first: a cascade would load every one of them.
            Attempt.objects.filter(delivery_id__in=ids).delete()
            Delivery.objects.filter(pk__in=ids).delete()
        total += len(ids)
        if len(ids) < CHUNK_ROWS:
            return total
