"""Storing what became of claimed deliveries, once, and only while the claim still holds."""

import logging
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Greatest

from activations.deliveries import settlement
from activations.deliveries.events import (
    ContactGone,
    Delivered,
    Event,
    Excluded,
    Irrelevant,
    Refused,
    Sent,
    Unchanged,
)
from activations.deliveries.store import attempts, runs, standings, streaks
from activations.deliveries.store.claims import Claimed
from activations.models import Delivery
from activations.terms import DeliveryState
from connections.zendesk import errors

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What happened to one claim. `sent` only if a request was made."""

    claimed: Claimed
    event: Event
    sent: Sent | None = None
    # The configuration it was rendered with; None: it was not rendered.
    version: int | None = None
    # An attempt was written down, whether it was sent or not.
    was_begun: bool = False


@dataclass(slots=True)
class Tally:
    """How many deliveries ended how."""

    sent: int = 0
    unchanged: int = 0
    excluded: int = 0
    failed: int = 0
    stale: int = 0
    stopped_destinations: set[int] = field(default_factory=set)


def settle(*, results: Sequence[Result], at: datetime) -> Tally:
    """Settle in the order the results came; a claim that was lost meanwhile changes nothing."""
    tally = Tally()
    with transaction.atomic():
        held = _lock(results)
        rows: list[Delivery] = []
        forgotten: list[int] = []
        current: list[Result] = []
        stale: list[Result] = []
        for result in results:
            row = held.get(result.claimed.id)
            if row is None or not _is_held(row, result):
                stale.append(result)
                continue
            current.append(result)
            if _settle_row(row, result, at):
                rows.append(row)
            else:
                forgotten.append(row.pk)
        standings.save(rows + _forget_contacts(current, held, at))
        Delivery.objects.filter(pk__in=forgotten).delete()
        _close_attempts(results, rows)
        _after_lost_claims(stale, at)
        _count(current, tally, at)
        tally.stopped_destinations = streaks.judge(results=current, at=at)
    tally.stale = len(stale)
    return tally


def _lock(results: Sequence[Result]) -> dict[int, Delivery]:
    wanted = Q(pk__in=[result.claimed.id for result in results])
    gone = [result.claimed for result in results if isinstance(result.event, ContactGone)]
    for claimed in gone:
        wanted |= Q(profile_id=claimed.profile_id, contact_id=claimed.contact_id)
    # All in one order, or two settlements could wait for each other.
    rows = Delivery.objects.select_for_update().filter(wanted).order_by("pk")
    return {row.pk: row for row in rows}


def _is_held(row: Delivery, result: Result) -> bool:
    return row.state == DeliveryState.LEASED and row.fence == result.claimed.fence


def _forget_contacts(
    results: Sequence[Result], held: dict[int, Delivery], at: datetime
) -> list[Delivery]:
    """What one destination of an account finds gone is gone for the others: they send it again."""
    gone = {
        (held[r.claimed.id].account_id, r.claimed.profile_id, r.claimed.contact_id)
        for r in results
        if isinstance(r.event, ContactGone)
    }
    others = [
        row
        for row in held.values()
        if (row.account_id, row.profile_id, row.contact_id) in gone
        and row.state == DeliveryState.DELIVERED
    ]
    for row in others:
        standings.write(row, settlement.forget_contact(row=standings.read(row), at=at), at=at)
    return others


def _settle_row(row: Delivery, result: Result, at: datetime) -> bool:
    after = settlement.settle(
        row=standings.read(row),
        seq=result.claimed.seq,
        event=result.event,
        at=at,
        chance=random.random(),  # noqa: S311  (jitter, no secret)
    )
    if after is None:
        return False
    standings.write(row, after, at=at)
    if result.version is not None:
        row.rendered_version = result.version
    return True


def _close_attempts(results: Sequence[Result], rows: Sequence[Delivery]) -> None:
    attempts.finish(results=[(r.claimed, r.sent) for r in results if r.was_begun])
    doubted = {result.claimed.id for result in results if result.claimed.unsettled_until}
    settled = [row.pk for row in rows if row.pk in doubted and row.state == DeliveryState.DELIVERED]
    attempts.supersede(delivery_ids=settled)


def _after_lost_claims(stale: Sequence[Result], at: datetime) -> None:
    """A worker that was away past its lease may have written old data over newer: send again."""
    if not stale:
        return
    written = (errors.Written, errors.Unknown)
    ids = [r.claimed.id for r in stale if r.sent and isinstance(r.sent.outcome, written)]
    logger.warning("delivery.stale_settle count=%d may_have_written=%d", len(stale), len(ids))
    until = at + timedelta(seconds=settings.DELIVERY_SETTLE_SECONDS)
    rows: QuerySet[Delivery] = Delivery.objects.filter(pk__in=ids)
    rows.filter(state=DeliveryState.DELIVERED).update(
        state=DeliveryState.WAITING, next_attempt_at=until, unsettled_until=until, updated_at=at
    )
    # Never sooner: another request of ours may be in doubt for longer.
    latest = Greatest(Coalesce("unsettled_until", until), until)
    rows.update(unsettled_until=latest, updated_at=at)


def _count(results: Sequence[Result], tally: Tally, at: datetime) -> None:
    counts: dict[int, Counter[str]] = {}
    for result in results:
        counter = counts.setdefault(result.claimed.destination_id, Counter())
        _count_request(result, counter)
        match result.event:
            case Delivered():
                counter["identities_activated"] += 1
                tally.sent += 1
            case Unchanged() | Irrelevant():
                tally.unchanged += 1
            case Excluded():
                counter["identities_excluded"] += 1
                tally.excluded += 1
            case Refused():
                counter["identities_failed"] += 1
                tally.failed += 1
            case _:
                pass
    for destination_id, counter in sorted(counts.items()):
        runs.add(destination_id=destination_id, at=at, **counter)


def _count_request(result: Result, counter: Counter[str]) -> None:
    if result.sent is None or isinstance(result.sent.outcome, errors.NotSent):
        return
    counter["requests_sent"] += 1
    if isinstance(result.sent.outcome, errors.Throttled):
        counter["requests_throttled"] += 1
