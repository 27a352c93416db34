"""The log of requests: written before the bytes leave, completed when the answer is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from activations.deliveries.events import Sent
from activations.deliveries.store.claims import Claimed
from activations.models import Attempt
from connections.zendesk import errors

KEEP_FOR = timedelta(days=90)

# What `Attempt.outcome` reads after each answer; empty while nobody knows.
_WORDS: dict[type, str] = {
    errors.Written: "written",
    errors.Missing: "missing",
    errors.Rejected: "rejected",
    errors.Unauthorised: "unauthorised",
    errors.Throttled: "throttled",
    errors.NotSent: "not-sent",
    errors.Unknown: "unknown",
}
HANDED_BACK = "handed-back"


def begin(*, claims: Sequence[tuple[Claimed, str]], at: datetime) -> None:
    """Write attempts down; each claim comes with the digest of what will be sent.

    Should this process die, each of them counts as possibly sent until the lease ends. A claim
    (delivery and fence) makes one attempt at most.
    """
    stamp = connection.ops.adapt_datetimefield_value
    rows = [
        (claimed.id, claimed.fence, claimed.seq, digest, stamp(at), stamp(claimed.lease_until))
        for claimed, digest in claims
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {Attempt._meta.db_table} (delivery_id, fence, seq, digest, "  # noqa: S608
            "started_at, deadline_at, outcome, code, request_id) "
            "VALUES (%s, %s, %s, %s, %s, %s, '', '', '')",
            rows,
        )


def finish(*, results: Sequence[tuple[Claimed, Sent | None]]) -> None:
    """Note what became of attempts, by claim; None: handed back without being sent."""
    rows = [(*_account(sent), claimed.id, claimed.fence) for claimed, sent in results]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {Attempt._meta.db_table} SET outcome = %s, http_status = %s, "  # noqa: S608
            "code = %s, request_id = %s, started_at = COALESCE(%s, started_at) "
            "WHERE delivery_id = %s AND fence = %s",
            rows,
        )


def supersede(*, delivery_ids: Sequence[int]) -> None:
    """Attempts nobody knows the outcome of, made irrelevant by a success after their horizon."""
    if delivery_ids:
        Attempt.objects.filter(delivery_id__in=delivery_ids, outcome="").update(
            outcome="superseded"
        )


def prune(*, at: datetime, limit: int) -> int:
    """Delete up to `limit` attempts that are over age."""
    old = Attempt.objects.filter(started_at__lt=at - KEEP_FOR).exclude(outcome="")
    ids = list(old.order_by("started_at", "pk").values_list("pk", flat=True)[:limit])
    deleted, _ = Attempt.objects.filter(pk__in=ids).delete()
    return deleted


def _account(sent: Sent | None) -> tuple[str, int | None, str, str, datetime | str | None]:
    if sent is None:
        return (HANDED_BACK, None, "", "", None)
    outcome = sent.outcome
    started_at: datetime | str | None = connection.ops.adapt_datetimefield_value(sent.started_at)
    return (
        _WORDS[type(outcome)],
        getattr(outcome, "status", None),
        outcome.failure_code[:100],
        (getattr(outcome, "request_id", None) or "")[:100],
        started_at,
    )
