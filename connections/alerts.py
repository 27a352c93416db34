"""What somebody has to look at: one open record per condition, closed when the condition is over.

Whoever opens or closes a record also has it told (`announcing`), in the same transaction. Instants
are the database's, so that records of several machines stand in one order.
"""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from connections import alert_rules, announcing, audit
from connections.audit import Action, Kind
from connections.models import Alert, Message, Occasion

logger = logging.getLogger(__name__)

# Of an account: Zendesk does not take its token.
ACCOUNT_REJECTED = alert_rules.ACCOUNT_REJECTED
PRUNE_AT_ONCE = 1_000


def trigger(
    *,
    code: str,
    message: str,
    destination_id: int | None = None,
    account_id: int | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Open a record about a destination or an account; False while the same one is open.

    Of two processes that find the same condition at once one opens it (a unique constraint). With
    `run_at` the condition is of one dataflow run, and what was said of it is not said again.
    """
    about: dict[str, Any] = {"destination_id": destination_id, "account_id": account_id}
    there = Alert.objects.filter(**about, code=code)
    if there.filter(resolved_at=None).exists():
        return False
    if run_at is not None and there.filter(run_at=run_at).exists():
        return False
    record = Alert(**about, code=code, message=message, run_at=run_at, triggered_at=Now())
    return _open(record)


def note(*, code: str, message: str, destination_id: int, run_at: datetime) -> bool:
    """Record an event of a run, which has no end; False when it was recorded before."""
    about = Alert(destination_id=destination_id, code=code, message=message, run_at=run_at)
    about.triggered_at = about.resolved_at = Now()
    return _open(about)


def resolve(
    *,
    destination_id: int | None = None,
    account_id: int | None = None,
    codes: Collection[str] | None = None,
) -> int:
    """Close open records of a destination or an account; returns how many.

    Of the given codes; without, of all that are raised and not found by looking.
    """
    about: dict[str, Any] = {"destination_id": destination_id, "account_id": account_id}
    rows = Alert.objects.filter(**about, resolved_at=None)
    if codes is None:
        rows = rows.exclude(code__in=alert_rules.EVALUATED)
    else:
        rows = rows.filter(code__in=codes)
    return sum(_close(alert) for alert in rows.order_by("pk"))


def resolve_by_hand(*, alert: Alert, person: Any) -> bool:
    """A person calls a condition over; False when it was already, or cannot be."""
    if not alert_rules.named(alert.code).is_resolvable:
        return False
    with transaction.atomic():
        is_closed = _close(alert, resolved_by=person)
        if is_closed:
            name = f"{alert_rules.named(alert.code).name}: {alert.destination or alert.account}"
            audit.note(action=Action.RESOLVED, kind=Kind.ALERT, about=alert, name=name)
    return is_closed


def drop(*, code: str) -> int:
    """Close what a rule opened without a word: nobody looks any more whether it is over."""
    return Alert.objects.filter(code=code, resolved_at=None).update(resolved_at=Now())


def prune(*, before: datetime) -> int:
    """Forget records that were over before an instant, with all that was said about them.

    Test messages, which are about none, go by their own age.
    """
    Message.objects.filter(alert=None, created_at__lt=before).delete()
    old = Alert.objects.filter(resolved_at__lt=before).order_by("pk").values("pk")[:PRUNE_AT_ONCE]
    deleted, _ = Alert.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()
    return deleted


def _open(record: Alert) -> bool:
    try:
        with transaction.atomic():
            record.save(force_insert=True)
            announcing.announce(alert=record, occasion=Occasion.TRIGGERED)
    except IntegrityError:
        if not _was_faster(record):
            raise
        return False
    is_event = alert_rules.named(record.code).is_event
    logger.log(
        logging.INFO if is_event else logging.WARNING,
        "alert.triggered code=%s destination=%s account=%s",
        record.code,
        record.destination_id,
        record.account_id,
    )
    return True


def _was_faster(record: Alert) -> bool:
    """Whether another process said the same meanwhile."""
    about: dict[str, Any] = {
        "account_id": record.account_id,
        "destination_id": record.destination_id,
    }
    twins = Alert.objects.filter(**about, code=record.code)
    of_run = record.run_at is not None and twins.filter(run_at=record.run_at).exists()
    return of_run or twins.filter(resolved_at=None).exists()


def _close(alert: Alert, *, resolved_by: Any = None) -> bool:
    with transaction.atomic():
        closed = Alert.objects.filter(pk=alert.pk, resolved_at=None).update(
            resolved_at=Now(), resolved_by=resolved_by
        )
        if closed:
            announcing.announce(alert=alert, occasion=Occasion.RESOLVED)
    if closed:
        logger.info("alert.resolved code=%s alert=%d", alert.code, alert.pk)
    return closed == 1
