"""The Celery app: what a worker does by itself and what beat rings. No message carries work.

The work is in the database. Every worker looks for deliveries by itself; of the other tasks it
runs those that nobody rang for (`own_bell`), so a broker that is away delays nothing. Without
REDIS_URL there is no broker to speak of: `celery -A zendeskdest worker` is all there is.
"""

import os
from typing import Any, Final

from celery import Celery

from zendeskdest.own_bell import OwnBell

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zendeskdest.settings")

# Between two rounds of a worker's deliveries.
PAUSE_SECONDS: Final = 1.0
# How often each of the other tasks is due.
CHORES: Final = {
    "accounts.check_due": 10.0,
    "profiles.expire_memberships": 60.0,
    "uploads.process": 2.0,
    "audiences.count": 60.0,
    "runs.count_audiences": 60.0,
    "deliveries.prune": 3600.0,
    "alerts.evaluate": 30.0,
    # Apart from each other: a mail server that does not answer keeps no webhook waiting.
    "alerts.send_emails": 10.0,
    "alerts.call_webhooks": 10.0,
}
# With beat about, a worker waits for so many missed bells before it does a chore by itself.
MISSED_BELLS: Final = 2.0
# A broker that takes longer counts as away. Commands that wait at the server wait for a second.
BROKER_SECONDS: Final = 5.0


def build() -> Celery:
    from django.conf import settings

    celery = Celery("zendeskdest")
    celery.conf.update(
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
        own_bell=_own_bell(patience=MISSED_BELLS if settings.REDIS_URL else 1.0),
        **(
            _redis(settings.REDIS_URL)
            if settings.REDIS_URL
            else {"broker_url": "memory://localhost/"}
        ),
    )
    celery.steps["worker"].add(OwnBell)
    celery.autodiscover_tasks(["activations"])
    return celery


def _own_bell(*, patience: float) -> dict[str, float]:
    """After so many seconds of silence a worker runs the task by itself."""
    chores = {task: seconds * patience for task, seconds in CHORES.items()}
    return {"deliveries.deliver": PAUSE_SECONDS, **chores}


def _redis(url: str) -> dict[str, Any]:
    return {
        "broker_url": url,
        # For ever: a worker delivers without its broker, and hears it again when it is back.
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # Also what Redis itself refuses (full, loading, read-only) ends no worker.
        "broker_channel_error_retry": True,
        "broker_transport_options": {
            # Without these a Redis that stands still stops a worker from ending.
            "socket_timeout": BROKER_SECONDS,
            "socket_connect_timeout": BROKER_SECONDS,
            "socket_keepalive": True,
            "health_check_interval": 10,
        },
        # Bells older than their interval are worthless: the next one is already there.
        "beat_schedule": {
            task: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
            for task, seconds in CHORES.items()
        },
    }


app = build()
