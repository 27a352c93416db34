"""Messages about alerts on their way: claimed, sent, settled. Knows neither SMTP nor HTTP.

A claim is a new fence and a next attempt after the lease, in one conditional update. A sender that
dies leaves the message to whoever comes after the lease; it may then arrive twice, never not at
all, and both times under the same id.
"""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from django.db.models import Exists, F, OuterRef, QuerySet

from connections.models import Message, MessageState, Occasion, Webhook

logger = logging.getLogger(__name__)

Channel: TypeAlias = Literal["email", "webhook"]

# Longer than any sending takes.
LEASE: Final = timedelta(seconds=180)
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(hours=1)
GIVE_UP_AFTER: Final = timedelta(hours=24)
# A round ends after so many, so that whoever stops the worker waits for few.
AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one sending; no `problem`: it arrived.

    `is_final`: another attempt would not help. `is_server_down`: nor would other messages arrive
    by the same way now.
    """

    problem: str = ""
    is_final: bool = False
    is_server_down: bool = False


def send_due(
    *,
    channel: Channel,
    send: Callable[[Message], Outcome],
    clock: Callable[[], datetime],
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """One round over what is due; returns how many arrived. A dead server costs one attempt."""
    dead: set[int | None] = set()
    arrived = 0
    for _ in range(AT_ONCE):
        message = None if stop() else _claim(channel, dead, clock())
        if message is None:
            break
        outcome = send(message)
        settle(message=message, outcome=outcome, at=clock())
        arrived += not outcome.problem
        if outcome.is_server_down:
            dead.add(message.webhook_id)
    return arrived


def put_test(*, at: datetime, webhook: Webhook | None = None, person: Any = None) -> Message:
    """A test message, for a webhook or as an e-mail to a person."""
    return Message.objects.create(
        occasion=Occasion.TEST, webhook=webhook, person=person, created_at=at, next_attempt_at=at
    )


def settle(*, message: Message, outcome: Outcome, at: datetime) -> bool:
    """Keep what became of a claimed message; False when somebody else claimed it meanwhile."""
    values: dict[str, object] = {"problem": outcome.problem[:300]}
    next_at = at + _pause(message.attempts)
    if not outcome.problem:
        values |= {"state": MessageState.SENT, "settled_at": at}
    elif outcome.is_final or next_at > message.created_at + GIVE_UP_AFTER:
        values |= {"state": MessageState.GIVEN_UP, "settled_at": at}
    else:
        values |= {"next_attempt_at": next_at}
    rows = Message.objects.filter(pk=message.pk, fence=message.fence, state=MessageState.WAITING)
    is_ours = rows.update(**values) == 1
    logger.info(
        "message.settled id=%d attempts=%d is_sent=%s is_ours=%s",
        message.pk,
        message.attempts,
        not outcome.problem,
        is_ours,
    )
    return is_ours


def _claim(channel: Channel, dead: Collection[int | None], at: datetime) -> Message | None:
    """The next one that is due, now with our fence; new ones first, they may have a live way."""
    while True:
        found = _due(channel, dead, at).order_by("attempts", "pk").first()
        if found is None:
            return None
        claimed = Message.objects.filter(
            pk=found.pk, fence=found.fence, state=MessageState.WAITING
        ).update(fence=F("fence") + 1, attempts=F("attempts") + 1, next_attempt_at=at + LEASE)
        if claimed:
            found.fence += 1
            found.attempts += 1
            return found


def _due(channel: Channel, dead: Collection[int | None], at: datetime) -> QuerySet[Message]:
    rows = Message.objects.filter(state=MessageState.WAITING, next_attempt_at__lte=at)
    if channel == "email":
        rows = rows.filter(person__isnull=False) if None not in dead else rows.none()
    else:
        rows = rows.filter(webhook__isnull=False).exclude(webhook_id__in=list(dead))
    # The end is not told before the beginning.
    earlier = Message.objects.filter(
        alert=OuterRef("alert"), state=MessageState.WAITING, pk__lt=OuterRef("pk")
    )
    recipient = "person" if channel == "email" else "webhook"
    earlier = earlier.filter(**{recipient: OuterRef(recipient)})
    return rows.exclude(Exists(earlier)).select_related(
        "alert__destination", "alert__account", "person", "webhook"
    )


def _pause(attempts: int) -> timedelta:
    doubled: timedelta = FIRST_PAUSE * 2 ** min(max(attempts - 1, 0), 10)
    return min(doubled, LONGEST_PAUSE)
