"""The Celery app and its whole beat schedule. A message is a doorbell: the work is in the database.

Without REDIS_URL the worker process holds the broker (Celery's memory transport) and the
scheduler, so nothing has to cross processes: `celery -A zendeskdest worker` is all there is.
"""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService, Scheduler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zendeskdest.settings")

TICK_SECONDS_EMBEDDED = 1.0
TICK_SECONDS_REDIS = 5.0


class EmbeddedBeat(bootsteps.StartStopStep):
    """Runs beat in a thread of the worker: the memory broker is invisible to other processes."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        # Unlike `celery beat`, it does not heed the setting and would keep a file of its own.
        self.service = EmbeddedService(worker.app, thread=True, scheduler_cls=Scheduler)

    def start(self, worker: Any) -> None:
        self.service.start()

    def stop(self, worker: Any) -> None:
        self.service.stop()


def build() -> Celery:
    from django.conf import settings

    is_embedded = not settings.REDIS_URL
    tick = TICK_SECONDS_EMBEDDED if is_embedded else TICK_SECONDS_REDIS
    celery = Celery("zendeskdest")
    celery.conf.update(
        broker_url="memory://localhost/" if is_embedded else settings.REDIS_URL,
        broker_connection_retry_on_startup=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        # Threads: a round of deliveries is network waits, and one signal stops all of them.
        worker_pool="threads",
        worker_concurrency=4,
        worker_hijack_root_logger=False,
        beat_scheduler="celery.beat:Scheduler",
        timezone="UTC",
        # Bells older than a tick are worthless: the next one is already there.
        beat_schedule={
            "deliver": {
                "task": "deliveries.deliver",
                "schedule": tick,
                "options": {"expires": tick},
            },
            "check-accounts": {
                "task": "accounts.check_due",
                "schedule": 10.0,
                "options": {"expires": 10},
            },
            "expire-memberships": {
                "task": "profiles.expire_memberships",
                "schedule": 60.0,
                "options": {"expires": 60},
            },
            "prune": {"task": "deliveries.prune", "schedule": 3600.0, "options": {"expires": 3600}},
        },
    )
    if is_embedded:
        celery.steps["worker"].add(EmbeddedBeat)
    celery.autodiscover_tasks(["activations"])
    return celery


app = build()
