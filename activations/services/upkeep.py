"""What has to be done now and then, whoever rings."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from activations.audiences import store as audiences
from activations.deliveries.store import attempts, intake, runs
from connections import accounts

logger = logging.getLogger(__name__)

EXPIRE_AT_ONCE = 500
PRUNE_AT_ONCE = 5_000
# A token at full rate makes 30,000 attempts an hour; the rest waits for the next hour.
PRUNE_CHUNKS = 20
KEEP_RUNS_FOR = timedelta(days=90)


def check_due_accounts(*, at: datetime) -> int:
    """Check every account that is due; returns how many."""
    due = list(accounts.due_for_check(at=at).values_list("pk", flat=True))
    for account_id in due:
        account = accounts.check(account_id=account_id, at=at)
        logger.info("account.checked account=%d status=%s", account.pk, account.status)
    return len(due)


def expire_memberships(*, at: datetime) -> int:
    """Flip memberships whose `validUntil` has come, and line their profiles up."""
    total = 0
    while True:
        with transaction.atomic():
            profile_ids = audiences.expire(at=at, limit=EXPIRE_AT_ONCE)
            intake.enqueue(profile_ids=profile_ids, at=at)
        total += len(profile_ids)
        if len(profile_ids) < EXPIRE_AT_ONCE:
            return total


def prune(*, at: datetime) -> None:
    """Forget attempts and dataflow runs that are over age."""
    for _ in range(PRUNE_CHUNKS):
        if attempts.prune(at=at, limit=PRUNE_AT_ONCE) < PRUNE_AT_ONCE:
            break
    runs.prune(before=at - KEEP_RUNS_FOR)
