"""Deliveries of one account about one person: they share a contact, and write it one at a time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import OuterRef

from activations.deliveries.store import standings
from activations.deliveries.store.standings import Row
from activations.models import Delivery
from activations.terms import DeliveryState
from connections.models import Destination

LEASED_SIBLINGS = Delivery.objects.filter(
    account_id=OuterRef("account_id"), profile_id=OuterRef("profile_id"), state=DeliveryState.LEASED
)


def one_writer(
    *, account_id: int, rows: Sequence[Row], at: datetime
) -> tuple[list[Row], list[Row]]:
    """Several destinations of one account write the same contact, but never at the same time.

    Returns the rows that may go, and those put off because a contact may be in the making; both
    with what the others of their account know of the contact.
    """
    siblings = _siblings(account_id, rows) if _is_shared(account_id) else {}
    free: list[Row] = []
    deferred: list[Row] = []
    taken: set[int] = set()
    for row in rows:
        family = [other for other in siblings.get(row.profile_id, ()) if other.id != row.id]
        if row.profile_id in taken or any(
            other.standing.state == DeliveryState.LEASED for other in family
        ):
            continue
        row = _knowing(row, family)
        until = row.standing.unsettled_until
        if row.standing.contact_id is None and until is not None and until > at:
            waiting = replace(
                row.standing,
                state=DeliveryState.WAITING,
                next_attempt_at=until,
                first_due_at=row.standing.due_since,
            )
            deferred.append(replace(row, standing=waiting))
        else:
            taken.add(row.profile_id)
            free.append(row)
    return free, deferred


def _knowing(row: Row, family: Sequence[Row]) -> Row:
    """The row with what its family knows of the contact they share."""
    if not family:
        return row
    known = (other.standing.contact_id for other in family if other.standing.contact_id)
    doubts = (other.standing.unsettled_until for other in (row, *family))
    standing = replace(
        row.standing,
        contact_id=row.standing.contact_id or next(known, None),
        unsettled_until=max((until for until in doubts if until), default=None),
    )
    return replace(row, standing=standing)


def _is_shared(account_id: int) -> bool:
    return Destination.objects.filter(account_id=account_id).count() > 1


def _siblings(account_id: int, rows: Sequence[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    profile_ids = [row.profile_id for row in rows]
    family = Delivery.objects.filter(account_id=account_id, profile_id__in=profile_ids)
    for row in standings.read(family):
        found.setdefault(row.profile_id, []).append(row)
    return found


def knowing(*, row: Row) -> Row:
    """One row with what the others of its account know of the contact."""
    if not _is_shared(row.account_id):
        return row
    family = _siblings(row.account_id, [row]).get(row.profile_id, ())
    return _knowing(row, [other for other in family if other.id != row.id])
