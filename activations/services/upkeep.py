"""What has to be done now and then, whoever rings. `stop` ends it early; the rest is for later."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from activations.audiences import store as audiences
from activations.deliveries.changes import ProfileChanges
from activations.deliveries.store import attempts, audience_runs, intake, resends, runs
from activations.services import audience_days, ingest_hours, receipts
from activations.services.uploads import lifecycle
from connections import accounts, alerts, audit, tries

logger = logging.getLogger(__name__)

EXPIRE_AT_ONCE = 500
PRUNE_AT_ONCE = 5_000
# An hour at the full rate of one token is 36,000 requests: eighteen slices.
COUNT_AT_ONCE = 2_000
COUNT_SLICES = 60
KEEP_RUNS_FOR = timedelta(days=90)
KEEP_ALERTS_FOR = timedelta(days=90)
KEEP_AUDIT_LOG_FOR = timedelta(days=365)


def _never() -> bool:
    return False


def check_due_accounts(*, at: datetime, stop: Callable[[], bool] = _never) -> int:
    """Check every account that is due; returns how many were."""
    due = list(accounts.due_for_check(at=at).values_list("pk", flat=True))
    for checked, account_id in enumerate(due):
        if stop():
            return checked
        account = accounts.check(account_id=account_id, at=at)
        logger.info("account.checked account=%d status=%s", account.pk, account.status)
    return len(due)


def expire_memberships(*, at: datetime, stop: Callable[[], bool] = _never) -> int:
    """Flip memberships whose `validUntil` has come, and line their profiles up."""
    total = 0
    while not stop():
        with transaction.atomic():
            profile_ids = audiences.expire(at=at, limit=EXPIRE_AT_ONCE)
            intake.enqueue(changes=ProfileChanges(memberships=profile_ids), at=at)
        total += len(profile_ids)
        if len(profile_ids) < EXPIRE_AT_ONCE:
            break
    return total


def count_audience_runs(*, at: datetime, stop: Callable[[], bool] = _never) -> int:
    """Add what was settled since the last time to the runs of its audiences; returns the slices."""
    for counted in range(COUNT_SLICES):
        if stop() or not audience_runs.count_slice(at=at, limit=COUNT_AT_ONCE):
            return counted
    return COUNT_SLICES


def prune(*, at: datetime, stop: Callable[[], bool] = _never) -> None:
    """Forget attempts, receipts, runs, alerts, notes, uploads and counts that are over age."""
    many = (attempts.prune, receipts.prune, _prune_audience_runs, _prune_audit_log, tries.prune)
    for forget in many:
        while not stop() and forget(at=at, limit=PRUNE_AT_ONCE) == PRUNE_AT_ONCE:
            pass
    runs.prune(before=at - KEEP_RUNS_FOR)
    resends.prune(before=at - KEEP_RUNS_FOR)
    alerts.prune(before=at - KEEP_ALERTS_FOR)
    lifecycle.prune(at=at)
    ingest_hours.prune(at=at)
    audience_days.prune(at=at)


def _prune_audience_runs(*, at: datetime, limit: int) -> int:
    return audience_runs.prune(before=at - KEEP_RUNS_FOR, limit=limit)


def _prune_audit_log(*, at: datetime, limit: int) -> int:
    return audit.prune(before=at - KEEP_AUDIT_LOG_FOR, limit=limit)
