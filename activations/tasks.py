"""What Celery rings: each task makes one call, takes no payload and may run twice or never."""

import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from activations import pipeline
from activations.services import upkeep

# A round looks for new work at least so long, so that a change does not wait for the next bell.
PATIENCE_SECONDS = 10.0
ROUND_SECONDS = 25.0

_stopping = threading.Event()
_round = threading.Lock()


@worker_shutting_down.connect
def _stop(**kwargs: Any) -> None:
    _stopping.set()


@shared_task(name="deliveries.deliver", ignore_result=True)
def deliver(**kwargs: Any) -> None:
    """Work off what is due; one round at a time in a process is enough."""
    if not _round.acquire(blocking=False):
        return
    try:
        pipeline.deliver(
            clock=pipeline.steady_clock(),
            max_seconds=ROUND_SECONDS,
            patience_seconds=PATIENCE_SECONDS,
            stop=_stopping.is_set,
        )
    finally:
        _round.release()


@shared_task(name="accounts.check_due", ignore_result=True)
def check_accounts(**kwargs: Any) -> None:
    """Ask Zendesk about accounts nobody asked about for long."""
    upkeep.check_due_accounts(at=timezone.now())


@shared_task(name="profiles.expire_memberships", ignore_result=True)
def expire_memberships(**kwargs: Any) -> None:
    """Memberships whose validity ended become exited."""
    upkeep.expire_memberships(at=timezone.now())


@shared_task(name="deliveries.prune", ignore_result=True)
def prune(**kwargs: Any) -> None:
    """Forget what is over age."""
    upkeep.prune(at=timezone.now())
