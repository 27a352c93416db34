"""What keeps a destination from sending at full pace now, and until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from connections import pacing
from connections.models import AccountStatus, Destination, DestinationStatus

REJECTED, STOPPED, DISABLED, DRAFT = "rejected", "stopped", "disabled", "draft"
OUTAGE, THROTTLED, RECOVERING = "outage", "throttled", "recovering"


@dataclass(frozen=True, slots=True)
class Hold:
    """`kind` is empty when nothing does; `until` is the next try, where that is known."""

    kind: str = ""
    until: datetime | None = None

    @property
    def is_total(self) -> bool:
        """Whether nothing is sent at all meanwhile."""
        return self.kind not in ("", RECOVERING)

    @property
    def needs_somebody(self) -> bool:
        """Whether waiting does not help."""
        return self.kind in (REJECTED, STOPPED, DISABLED, DRAFT)


def of(*, destination: Destination, at: datetime) -> Hold:
    """The most pressing one; one query at most."""
    account = destination.account
    if destination.status == DestinationStatus.DRAFT or account is None:
        return Hold(DRAFT)
    if account.status == AccountStatus.REJECTED:
        return Hold(REJECTED)
    if destination.status == DestinationStatus.ERROR:
        return Hold(STOPPED)
    if destination.status == DestinationStatus.DISABLED:
        return Hold(DISABLED)
    if account.outage_until is not None:
        # Also while the single request that may try is under way.
        return Hold(OUTAGE, account.outage_until if account.outage_until > at else None)
    return _of_token(account.token_fingerprint, at)


def _of_token(fingerprint: str, at: datetime) -> Hold:
    standing = pacing.standing(token_fingerprint=fingerprint)
    if standing.held_seconds > 0:
        return Hold(THROTTLED, at + timedelta(seconds=standing.held_seconds))
    return Hold(RECOVERING) if standing.is_recovering else Hold()
