"""Storing what became of claimed deliveries, once, and only while the claim still holds."""

import logging
import random
from collections import Counter
from collections.abc import Mapping, Sequence
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
from activations.deliveries.store import attempts, counts, runs, standings, streaks
from activations.deliveries.store.claims import Claimed
from activations.deliveries.store.standings import Change, Row
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
        rows = _lock(results)
        current: list[Result] = []
        stale: list[Result] = []
        for result in results:
            row = rows.get(result.claimed.id)
            (stale if row is None or not _is_held(row, result) else current).append(result)
        changes, forgotten = _settled(current, rows, at)
        standings.save(changes + _forget_contacts(current, rows, at), at=at)
        if forgotten:
            Delivery.objects.filter(pk__in=forgotten).delete()
        _close_attempts(results, changes)
        _after_lost_claims(stale, at)
        _count(current, tally, at)
        tally.stopped_destinations = streaks.judge(results=current, at=at)
        # Last: every settlement of a destination waits for its counters.
        counts.add(counts=counts.of(held=current, lost=stale))
    tally.stale = len(stale)
    return tally


def _lock(results: Sequence[Result]) -> dict[int, Row]:
    wanted = Q(pk__in=[result.claimed.id for result in results])
    gone = [result.claimed for result in results if isinstance(result.event, ContactGone)]
    for claimed in (claimed for claimed in gone if claimed.contact_id is not None):
        wanted |= Q(profile_id=claimed.profile_id, contact_id=claimed.contact_id)
    # All in one order, or two settlements could wait for each other.
    rows = Delivery.objects.select_for_update().filter(wanted).order_by("pk")
    return {row.id: row for row in standings.read(rows)}


def _is_held(row: Row, result: Result) -> bool:
    is_leased = row.standing.state == DeliveryState.LEASED
    return is_leased and row.fence == result.claimed.fence


def _settled(
    results: Sequence[Result], rows: Mapping[int, Row], at: datetime
) -> tuple[list[Change], list[int]]:
    """The changes, and the ids of rows to be forgotten."""
    changes: list[Change] = []
    forgotten: list[int] = []
    for result in results:
        row = rows[result.claimed.id]
        after = settlement.settle(
            row=row.standing,
            seq=result.claimed.seq,
            event=result.event,
            at=at,
            chance=random.random(),  # noqa: S311  (jitter, no secret)
        )
        if after is None:
            forgotten.append(row.id)
        else:
            changes.append(Change(row, after, rendered_version=result.version))
    return changes, forgotten


def _forget_contacts(
    results: Sequence[Result], rows: Mapping[int, Row], at: datetime
) -> list[Change]:
    """What one destination of an account finds gone is gone for the others.

    Those that had delivered it send it again. No row may keep the id: whoever is claimed next
    would take it over from there, and find it gone again, without end.
    """
    gone = {
        (rows[r.claimed.id].account_id, r.claimed.profile_id, r.claimed.contact_id)
        for r in results
        if isinstance(r.event, ContactGone) and r.claimed.contact_id is not None
    }
    return [
        Change(row, _without_contact(row.standing, at))
        for row in rows.values()
        if (row.account_id, row.profile_id, row.standing.contact_id) in gone
        and row.standing.state != DeliveryState.LEASED
    ]


def _without_contact(row: settlement.Standing, at: datetime) -> settlement.Standing:
    if row.state == DeliveryState.DELIVERED:
        return settlement.forget_contact(row=row, at=at)
    return settlement.lose_contact(row=row)


def _close_attempts(results: Sequence[Result], changes: Sequence[Change]) -> None:
    attempts.finish(results=[(r.claimed, r.sent) for r in results if r.was_begun])
    # By the doubt, not by the state: a newer change may already wait behind the success.
    proven = [
        change.row.id
        for change in changes
        if change.row.standing.unsettled_until and not change.standing.unsettled_until
    ]
    attempts.supersede(delivery_ids=proven)


def _after_lost_claims(stale: Sequence[Result], at: datetime) -> None:
    """A worker that was away past its lease may have written old data over newer: send again."""
    if not stale:
        return
    written = (errors.Written, errors.Unknown)
    ids = [r.claimed.id for r in stale if r.sent and isinstance(r.sent.outcome, written)]
    logger.warning(
        "delivery.stale_settle count=%d may_have_written=%d claims=%s",
        len(stale),
        len(ids),
        ",".join(f"{result.claimed.id}/{result.claimed.fence}" for result in stale),
    )
    until = at + timedelta(seconds=settings.DELIVERY_SETTLE_SECONDS)
    rows: QuerySet[Delivery] = Delivery.objects.filter(pk__in=ids)
    rows.filter(state=DeliveryState.DELIVERED).update(
        state=DeliveryState.WAITING,
        next_attempt_at=until,
        first_due_at=at,
        unsettled_until=until,
        updated_at=at,
    )
    # Never sooner: another request of ours may be in doubt for longer.
    latest = Greatest(Coalesce("unsettled_until", until), until)
    rows.update(unsettled_until=latest, updated_at=at)


def _count(results: Sequence[Result], tally: Tally, at: datetime) -> None:
    by_destination: dict[int, Counter[str]] = {}
    for result in results:
        counter = by_destination.setdefault(result.claimed.destination_id, Counter())
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
    for destination_id, counter in sorted(by_destination.items()):
        runs.add(destination_id=destination_id, at=at, **counter)


def _count_request(result: Result, counter: Counter[str]) -> None:
    if result.sent is None or isinstance(result.sent.outcome, errors.NotSent):
        return
    counter["requests_sent"] += 1
    if isinstance(result.sent.outcome, errors.Throttled):
        counter["requests_throttled"] += 1
