"""Counts members now and then, so that no page has to: one row per audience and day (UTC)."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError

from activations.models import Audience, AudienceDay
from activations.queries import audiences

logger = logging.getLogger(__name__)

KEEP_FOR: Final = timedelta(days=400)
# Audiences counted by one statement; each follows one range of an index.
_AT_ONCE: Final = 50


def count_all(*, at: datetime, stop: Callable[[], bool] = lambda: False) -> int:
    """Count every audience; returns how many. What `stop` leaves is for the next time."""
    ids = list(Audience.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        if stop():
            break
        count(audience_ids=ids[start : start + _AT_ONCE], at=at)
    return len(ids)


def count(*, audience_ids: Sequence[int], at: datetime) -> None:
    """Count these and remember it as their numbers of the day."""
    counts = audiences.status_counts(audience_ids=audience_ids)
    none = audiences.StatusCounts()
    days = [
        AudienceDay(
            audience_id=pk,
            on=at.date(),
            realized=counts.get(pk, none).realized,
            existing=counts.get(pk, none).existing,
            exited=counts.get(pk, none).exited,
            counted_at=at,
        )
        for pk in audience_ids
    ]
    try:
        AudienceDay.objects.bulk_create(
            days,
            update_conflicts=True,
            unique_fields=["audience", "on"],
            update_fields=["realized", "existing", "exited", "counted_at"],
        )
    except IntegrityError:
        # One of them was deleted meanwhile; the others are counted again in a minute.
        logger.info("audiences.count_again count=%d", len(days))


def prune(*, at: datetime) -> None:
    """Forget days that are over age."""
    AudienceDay.objects.filter(on__lt=(at - KEEP_FOR).date()).delete()
