"""Which audiences a record says the profile is in: `segmentMembership`, entry by entry.

XDM segmentMembership: namespace -> audience id -> {"status", "lastQualificationTime"?,
"validUntil"?}; some exports write `timestamp` for the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from activations.profiles.problems import Problem, Rejected
from activations.terms import MembershipStatus

MAX_NAMESPACE: Final = 100
MAX_AUDIENCE_ID: Final = 255
# Clocks differ; what is further ahead would outrank every later truth.
MAX_AHEAD: Final = timedelta(minutes=5)
_STATUSES: Final[dict[str, MembershipStatus]] = {
    status.value: status for status in MembershipStatus
}


@dataclass(frozen=True, slots=True)
class MembershipEntry:
    """`valid_until` is set only while it lies ahead of a membership that has not ended."""

    namespace: str
    audience_id: str
    status: MembershipStatus
    qualified_at: datetime
    valid_until: datetime | None


def read(
    *, membership: Any, received_at: datetime
) -> tuple[tuple[MembershipEntry, ...], tuple[Problem, ...]]:
    """The entries of a cleaned `segmentMembership`, and what was left out. Raises `Rejected`."""
    entries: list[MembershipEntry] = []
    warnings: list[Problem] = []
    for namespace, audience_id, item in _items(membership):
        place = f"segmentMembership.{namespace}.{audience_id}"
        status = item.get("status")
        known = _STATUSES.get(status) if type(status) is str else None
        if known is None:
            warnings.append(
                Problem(code="unknown-status", message=f"{place}: not realized, existing or exited")
            )
            continue
        qualified_at = _time(item, ("lastQualificationTime", "timestamp"), place, warnings)
        valid_until = _time(item, ("validUntil",), place, warnings)
        if valid_until is not None and valid_until <= received_at:
            known = MembershipStatus.EXITED
        entries.append(
            MembershipEntry(
                namespace=namespace,
                audience_id=audience_id,
                status=known,
                qualified_at=min(qualified_at or received_at, received_at + MAX_AHEAD),
                valid_until=None if known is MembershipStatus.EXITED else valid_until,
            )
        )
    return tuple(entries), tuple(warnings)


def _items(membership: Any) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if membership is None:
        return
    for namespace, audiences in _object(membership, "segmentMembership").items():
        if audiences is None:
            continue
        place = f"segmentMembership.{namespace}"
        if not 0 < len(namespace) <= MAX_NAMESPACE:
            raise _wrong_shape(f"an audience namespace has 1 to {MAX_NAMESPACE} characters")
        for audience_id, item in _object(audiences, place).items():
            if not 0 < len(audience_id) <= MAX_AUDIENCE_ID:
                raise _wrong_shape(f"an audience id has 1 to {MAX_AUDIENCE_ID} characters")
            yield namespace, audience_id, _object(item, f"{place}.{audience_id}")


def _object(value: Any, place: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise _wrong_shape(f"{place} is not an object")
    return value


def _time(
    item: dict[str, Any], keys: tuple[str, ...], place: str, warnings: list[Problem]
) -> datetime | None:
    """The first of `keys` that is there, in UTC; a time without an offset is UTC already."""
    for key in keys:
        text = item.get(key)
        if text is None:
            continue
        try:
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is None:
                return instant.replace(tzinfo=UTC)
            return instant.astimezone(UTC)
        except (TypeError, ValueError, OverflowError):
            warnings.append(Problem(code="invalid-time", message=f"{place}.{key}: not a time"))
            return None
    return None


def _wrong_shape(message: str) -> Rejected:
    return Rejected(code="invalid-membership", message=message)
