"""When may an audience be sent again, and what became of its members? Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from activations.terms import DeliveryState

# Adobe's guardrail for "Activate now": once per destination and audience.
AGAIN_AFTER = timedelta(hours=24)


class Fate(StrEnum):
    """What became of a member; the first four are counted under these names."""

    ACTIVATED = "activated"
    EXCLUDED = "excluded"
    FAILED = "failed"
    LEFT = "left"
    # Not over: due or in hand; or put off, through no fault of those behind it.
    DUE = "due"
    PUT_OFF = "put-off"


class Status(StrEnum):
    """Of a job, as Adobe names them."""

    QUEUED = "queued"
    IN_FLIGHT = "in-flight"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Asked:
    """An audience that somebody wants to have sent again, as it is activated."""

    start_on: date
    end_on: date | None
    activated_at: datetime
    is_backfilled: bool
    # Its last resend, if there was one.
    last_at: datetime | None = None
    is_under_way: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not; `again_at`: when it will be possible, where that is known."""

    words: str
    again_at: datetime | None = None


def refusal(*, asked: Asked, at: datetime) -> Refusal | None:
    """None: it may be sent again now."""
    today = at.astimezone(UTC).date()
    if asked.start_on > today:
        return Refusal(f"Its schedule starts on {asked.start_on:%-d %B %Y}.")
    if asked.end_on is not None and asked.end_on < today:
        return Refusal(f"Its schedule ended on {asked.end_on:%-d %B %Y}.")
    if asked.is_under_way:
        return Refusal("It is being sent again at this moment.")
    if not asked.is_backfilled and asked.activated_at > at - AGAIN_AFTER:
        return Refusal(
            "It is being sent for the first time.", again_at=asked.activated_at + AGAIN_AFTER
        )
    if asked.last_at is not None and asked.last_at > at - AGAIN_AFTER:
        return Refusal("It was sent again within 24 hours.", again_at=asked.last_at + AGAIN_AFTER)
    return None


@dataclass(frozen=True, slots=True)
class Job:
    """How far a job is; `was_cut_short`: not all members were lined up."""

    is_started: bool
    is_finished: bool
    was_cut_short: bool
    activated: int
    others: int


def status(*, job: Job) -> Status:
    """`others` are excluded or failed; a job of nobody succeeds."""
    if not job.is_finished:
        return Status.IN_FLIGHT if job.is_started else Status.QUEUED
    if not job.others and not job.was_cut_short:
        return Status.SUCCEEDED
    return Status.PARTIAL if job.activated else Status.FAILED


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a delivery says how its member fared."""

    state: str
    delivered_seq: int
    delivered_at: datetime | None


def fate(*, row: Standing | None, seq: int, since: datetime) -> Fate:
    """Of a member lined up with `seq` by a job that started at `since`; no row: forgotten."""
    if row is None:
        return Fate.LEFT
    if seq and row.delivered_seq >= seq:
        # Without a request there was nothing to send any more.
        is_sent = row.delivered_at is not None and row.delivered_at >= since
        return Fate.ACTIVATED if is_sent else Fate.LEFT
    if seq and row.state in (DeliveryState.EXCLUDED, DeliveryState.FAILED):
        return Fate(row.state)
    return Fate.PUT_OFF if row.state == DeliveryState.WAITING else Fate.DUE
