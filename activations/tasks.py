"""What a worker does: each task makes one call, takes no payload and may run twice or never."""

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.utils import timezone

from activations import clock, pipeline
from activations.services import alerting, audience_days, upkeep
from activations.services.uploads import running
from connections import mailing, outbox, webhook_calls

# A round looks for new work at least so long, so that a change does not wait for the next one.
PATIENCE_SECONDS = 10.0

_stopping = threading.Event()


@worker_shutting_down.connect
def _stop(**kwargs: Any) -> None:
    _stopping.set()


def _one_at_a_time(task: Callable[[], None]) -> Callable[..., None]:
    """Once in a process is enough: the broker's bell and the worker's own may ring together.

    Arguments that another release sends along are ignored.
    """
    at_work = threading.Lock()

    @wraps(task)
    def run(**kwargs: Any) -> None:
        if _stopping.is_set() or not at_work.acquire(blocking=False):
            return
        try:
            task()
        finally:
            at_work.release()

    return run


@shared_task(name="deliveries.deliver", ignore_result=True)
@_one_at_a_time
def deliver() -> None:
    """Work off what is due, for as long as it takes.

    A round that ended by time would have every account wait for the slowest request of one.
    """
    pipeline.deliver(
        clock=pipeline.steady_clock(),
        patience_seconds=PATIENCE_SECONDS,
        stop=_stopping.is_set,
        counts_what_is_left=False,
    )


@shared_task(name="accounts.check_due", ignore_result=True)
@_one_at_a_time
def check_accounts() -> None:
    """Ask Zendesk about accounts nobody asked about for long."""
    upkeep.check_due_accounts(at=timezone.now(), stop=_stopping.is_set)


@shared_task(name="profiles.expire_memberships", ignore_result=True)
@_one_at_a_time
def expire_memberships() -> None:
    """Memberships whose validity ended become exited."""
    upkeep.expire_memberships(at=clock.now(), stop=_stopping.is_set)


@shared_task(name="uploads.process", ignore_result=True)
@_one_at_a_time
def process_uploads() -> None:
    """Read the files of members that wait."""
    running.process(clock=clock.now, stop=_stopping.is_set)


@shared_task(name="audiences.count", ignore_result=True)
@_one_at_a_time
def count_audiences() -> None:
    """Count members, so that no page has to."""
    audience_days.count_all(at=timezone.now(), stop=_stopping.is_set)


@shared_task(name="runs.count_audiences", ignore_result=True)
@_one_at_a_time
def count_audience_runs() -> None:
    """The hourly account of each audience, from what was settled."""
    upkeep.count_audience_runs(at=timezone.now(), stop=_stopping.is_set)


@shared_task(name="deliveries.prune", ignore_result=True)
@_one_at_a_time
def prune() -> None:
    """Forget what is over age."""
    upkeep.prune(at=timezone.now(), stop=_stopping.is_set)


@shared_task(name="alerts.evaluate", ignore_result=True)
@_one_at_a_time
def evaluate_alerts() -> None:
    """Look for what the rules of alerts describe."""
    alerting.evaluate(at=timezone.now())


@shared_task(name="alerts.send_emails", ignore_result=True)
@_one_at_a_time
def send_emails() -> None:
    """Send the e-mails about alerts that are due."""
    outbox.send_due(channel="email", send=mailing.send, clock=timezone.now, stop=_stopping.is_set)


@shared_task(name="alerts.call_webhooks", ignore_result=True)
@_one_at_a_time
def call_webhooks() -> None:
    """Call the webhooks that are due."""
    outbox.send_due(
        channel="webhook",
        send=lambda message: webhook_calls.send(message, at=timezone.now()),
        clock=timezone.now,
        stop=_stopping.is_set,
    )
