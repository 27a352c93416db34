"""What may happen to a claimed delivery, and what Zendesk's answers mean. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from connections.zendesk import errors


@dataclass(frozen=True, slots=True)
class Delivered:
    """Zendesk stored it."""

    contact_id: int
    digest: str
    started_at: datetime
    notes: str


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Zendesk holds exactly this already; no request was made."""


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """Nothing of this profile is for this destination (any more)."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """Must not be sent."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Zendesk refuses this contact. `signature` tells whether refusals are alike."""

    code: str
    detail: str
    signature: str


@dataclass(frozen=True, slots=True)
class ContactGone:
    """The contact we knew by id, or were unsure of, is not there."""


@dataclass(frozen=True, slots=True)
class HandedBack:
    """Claimed, but not sent, through no fault of its own. Not before `until`, if given."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """No byte left this machine."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class OutcomeUnknown:
    """It may have been stored, or may still be until `may_land_until`."""

    code: str
    detail: str
    may_land_until: datetime


Event: TypeAlias = (
    Delivered
    | Unchanged
    | Irrelevant
    | Excluded
    | Refused
    | ContactGone
    | HandedBack
    | NotSent
    | OutcomeUnknown
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One finished request: what was sent when, and what came back."""

    outcome: errors.Outcome
    digest: str
    notes: str
    started_at: datetime
    finished_at: datetime


def classify(*, sent: Sent, settle_seconds: float, held_until: datetime | None) -> Event:
    """Zendesk's answer as an event. `held_until`: until when a throttled token is held."""
    outcome = sent.outcome
    match outcome:
        case errors.Written():
            return Delivered(outcome.contact_id, sent.digest, sent.started_at, sent.notes)
        case errors.Missing():
            return ContactGone()
        case errors.Rejected():
            signature = f"{outcome.failure_code} {outcome.pointer or ''}".strip()
            return Refused(outcome.failure_code, outcome.summary, signature[:300])
        case errors.Unauthorised():
            return HandedBack()
        case errors.Throttled():
            return HandedBack(until=held_until)
        case errors.NotSent():
            return NotSent(outcome.failure_code, outcome.summary)
        case errors.Unknown():
            may_land_until = sent.finished_at + timedelta(seconds=settle_seconds)
            return OutcomeUnknown(outcome.failure_code, outcome.summary, may_land_until)
