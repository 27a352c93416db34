"""What becomes of a delivery after an event: the whole state machine, in one pure function.

The rule that is easy to get wrong: while a request of ours whose outcome nobody knows may still
be applied (`unsettled_until`), a success proves nothing about what Zendesk will hold. Only a
success that started after that instant settles the delivery; an earlier one is confirmed later.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from activations.deliveries import backoff
from activations.deliveries.events import (
    ContactGone,
    Delivered,
    Event,
    Excluded,
    HandedBack,
    Irrelevant,
    NotSent,
    OutcomeUnknown,
    Refused,
    Unchanged,
)
from activations.terms import DeliveryState

# In a crowd, in small company, then three times alone (`claims` isolates them).
CRASHES_UNTIL_SET_ASIDE = 5
KILLS_WORKERS = "worker-crashed"
_KILLS = (
    "The worker ended each time it took up this profile, the last three times on its own. "
    "See its log; a change of the profile or of the mapping, or a retry, tries again."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The fields of a delivery that an event may change."""

    state: str
    desired_seq: int
    delivered_seq: int
    delivered_digest: str
    delivered_at: datetime | None
    contact_id: int | None
    next_attempt_at: datetime
    unsettled_until: datetime | None
    attempts: int
    crashes: int
    code: str
    detail: str
    first_due_at: datetime | None = None

    @property
    def due_since(self) -> datetime:
        """Of a row that is not up to date: when that began, however often it was put off."""
        return self.first_due_at or self.next_attempt_at

    @property
    def may_exist(self) -> bool:
        """Whether the contact was, or may have been, written; a doubt may be another destination's.

        They keep it together, as it is about the one contact (`attempts.may_have_written`).
        """
        return self.delivered_at is not None or self.unsettled_until is not None


def settle(
    *, row: Standing, seq: int, event: Event, at: datetime, chance: float
) -> Standing | None:
    """The row after `event`, or None when it is to be forgotten.

    `seq` is the row's `desired_seq` when it was claimed: what came later stays to be sent.
    """
    told = _after(row, seq, event, at, chance)
    if told is None:
        return None
    match event:
        case Excluded() | Refused():
            is_over = True
        case Delivered() | Unchanged() | Irrelevant():
            is_over = told.unsettled_until is None
        case _:
            is_over = False
    # Newer data behind what is over are due since now.
    return replace(told, first_due_at=None if is_over else row.due_since)


def _after(row: Standing, seq: int, event: Event, at: datetime, chance: float) -> Standing | None:
    match event:
        case Delivered():
            return _delivered(row, seq, event, at)
        case Unchanged():
            return _up_to_date(row, seq, at)
        case Irrelevant():
            if row.may_exist or row.desired_seq > seq:
                return _up_to_date(row, seq, at)
            return None
        case Excluded():
            ended = replace(row, state=DeliveryState.EXCLUDED, code=event.code, detail=event.detail)
            return _unless_newer(replace(ended, attempts=0, crashes=0), seq, at)
        case Refused():
            ended = replace(row, state=DeliveryState.FAILED, code=event.code, detail=event.detail)
            return _unless_newer(replace(ended, attempts=row.attempts + 1, crashes=0), seq, at)
        case ContactGone():
            return forget_contact(row=row, at=at)
        case HandedBack():
            return _pending(row, event.until or at)
        case NotSent():
            return _try_later(row, event.code, event.detail, at, chance)
        case OutcomeUnknown():
            until = max(row.unsettled_until or event.may_land_until, event.may_land_until)
            waiting = _try_later(row, event.code, event.detail, at, chance)
            return _mind_creation(replace(waiting, unsettled_until=until))
        case _:
            assert_never(event)


def forget_contact(*, row: Standing, at: datetime) -> Standing:
    """The contact is gone from Zendesk: whoever still qualifies is created anew."""
    return replace(lose_contact(row=_pending(row, at)), code="")


def lose_contact(*, row: Standing) -> Standing:
    """Another destination found the contact gone: this row stays where it is, without it."""
    return replace(row, contact_id=None, delivered_digest="", delivered_at=None)


def after_crash(
    *, row: Standing, may_land_until: datetime | None, at: datetime, chance: float
) -> Standing:
    """The row of a worker that never came back; `may_land_until` unless it had not sent yet.

    The first death is nearly always somebody else's fault: the row keeps its place in the line. One
    that is there again and again goes alone, at moments of its own, and is set aside when that does
    not help.
    """
    until = row.unsettled_until
    if may_land_until is not None:
        until = max(until or may_land_until, may_land_until)
    crashes = row.crashes + 1
    taken = replace(row, unsettled_until=until, crashes=crashes, first_due_at=row.due_since)
    if crashes >= CRASHES_UNTIL_SET_ASIDE:
        ended = replace(taken, state=DeliveryState.FAILED, code=KILLS_WORKERS, detail=_KILLS)
        return replace(ended, first_due_at=None)
    due = row.next_attempt_at
    if crashes > 1:
        due = at + backoff.row_delay(attempts=crashes, chance=chance)
    return _mind_creation(replace(taken, state=DeliveryState.WAITING, next_attempt_at=due))


def _delivered(row: Standing, seq: int, event: Delivered, at: datetime) -> Standing:
    told = replace(
        row,
        delivered_digest=event.digest,
        delivered_at=at,
        contact_id=event.contact_id,
        attempts=0,
        crashes=0,
        code="",
        detail=event.notes,
    )
    if row.unsettled_until is not None and event.started_at < row.unsettled_until:
        confirm = replace(told, state=DeliveryState.WAITING, next_attempt_at=row.unsettled_until)
        return confirm if row.desired_seq == seq else _pending(told, at)
    return _unless_newer(
        replace(told, state=DeliveryState.DELIVERED, delivered_seq=seq, unsettled_until=None),
        seq,
        at,
    )


def _up_to_date(row: Standing, seq: int, at: datetime) -> Standing:
    if row.unsettled_until is not None and at < row.unsettled_until:
        return replace(
            row, state=DeliveryState.WAITING, next_attempt_at=row.unsettled_until, code=""
        )
    calm = replace(
        row,
        state=DeliveryState.DELIVERED,
        delivered_seq=seq,
        # After a doubt nobody knows which of two contents Zendesk holds: neither counts as held.
        delivered_digest="" if row.unsettled_until is not None else row.delivered_digest,
        unsettled_until=None,
        attempts=0,
        crashes=0,
        code="",
        # Words about a failure that is over; notes on the contact that stands are kept.
        detail="" if row.code else row.detail,
    )
    return _unless_newer(calm, seq, at)


def _unless_newer(row: Standing, seq: int, at: datetime) -> Standing:
    return row if row.desired_seq == seq else _pending(row, at)


def _pending(row: Standing, at: datetime) -> Standing:
    return replace(row, state=DeliveryState.PENDING, next_attempt_at=at)


def _try_later(row: Standing, code: str, detail: str, at: datetime, chance: float) -> Standing:
    attempts = row.attempts + 1
    return replace(
        row,
        state=DeliveryState.WAITING,
        attempts=attempts,
        next_attempt_at=at + backoff.row_delay(attempts=attempts, chance=chance),
        code=code,
        detail=detail,
    )


def _mind_creation(row: Standing) -> Standing:
    """A first creation of unknown outcome waits: a second upsert now could make a duplicate."""
    if row.contact_id is None and row.unsettled_until is not None:
        return replace(row, next_attempt_at=max(row.next_attempt_at, row.unsettled_until))
    return row
