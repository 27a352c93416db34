"""The state of every destination, in a fixed number of queries: what `status` prints."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Sum

from activations.models import DataflowRun, Delivery
from activations.terms import DeliveryState
from connections import destinations
from connections.models import AccountStatus, Destination, DestinationStatus

_DELIVERED, _EXCLUDED, _FAILED = (
    DeliveryState.DELIVERED.value,
    DeliveryState.EXCLUDED.value,
    DeliveryState.FAILED.value,
)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LastError:
    """The newest thing Zendesk refused or did not answer."""

    code: str
    message: str
    at: datetime | None

    def as_json(self) -> dict[str, str | None]:
        moment = self.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if self.at else None
        return {"code": self.code, "message": self.message, "at": moment}


@dataclass(slots=True)
class Counts:
    """Profiles by state; what is in flight, waiting or held counts as pending."""

    pending: int = 0
    delivered: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    unsettled: int = 0
    requests_sent: int = 0
    requests_throttled: int = 0

    def add(self, *, state: str, code: str, count: int) -> None:
        """Count rows of one state and code."""
        if state == _DELIVERED:
            self.delivered += count
        elif state == _EXCLUDED:
            self.excluded[code] = self.excluded.get(code, 0) + count
        elif state == _FAILED:
            self.failed[code] = self.failed.get(code, 0) + count
        else:
            self.pending += count


@dataclass(frozen=True, slots=True)
class DestinationState:
    """One destination; `problem` says what its account or it suffers from."""

    name: str
    status: str
    account: str
    account_name: str
    problem: str
    counts: Counts
    last_error: LastError | None

    def as_json(self) -> dict[str, Any]:
        """The shape of `status --json`, which scripts rely on."""
        counts = self.counts
        return {
            "name": self.name,
            "status": self.status,
            "account": self.account,
            "deliveries": {
                "pending": counts.pending,
                "delivered": counts.delivered,
                "excluded": sum(counts.excluded.values()),
                "failed": sum(counts.failed.values()),
            },
            "excluded": counts.excluded,
            "failed": counts.failed,
            "requests": {"sent": counts.requests_sent, "throttled": counts.requests_throttled},
            "last_error": self.last_error.as_json() if self.last_error else None,
        }


def load() -> tuple[DestinationState, ...]:
    """Every destination, drafts included, by name."""
    counts = _counts()
    rows = Destination.objects.select_related("account").order_by("name", "pk")
    return tuple(_state(row, counts[row.pk]) for row in rows)


def pending() -> int:
    """How many profiles are still to be looked at or sent, over all destinations."""
    ended = (_DELIVERED, _EXCLUDED, _FAILED)
    return Delivery.objects.exclude(state__in=ended).count()


def stopped() -> dict[str, str]:
    """Destinations that stopped by themselves, by name, with the problem."""
    rows = Destination.objects.filter(status=DestinationStatus.ERROR).order_by("name", "pk")
    return dict(rows.values_list("name", "problem"))


def _counts() -> Mapping[int, Counts]:
    counts: dict[int, Counts] = defaultdict(Counts)
    by_state = Delivery.objects.order_by("destination_id", "state", "code")
    for destination_id, state, code, count in by_state.values_list(
        "destination_id", "state", "code"
    ).annotate(count=Count("pk")):
        counts[destination_id].add(state=state, code=code, count=count)
    unsettled = Delivery.objects.filter(unsettled_until__isnull=False).order_by("destination_id")
    for destination_id, count in unsettled.values_list("destination_id").annotate(
        count=Count("pk")
    ):
        counts[destination_id].unsettled = count
    runs = DataflowRun.objects.order_by("destination_id").values_list("destination_id")
    for destination_id, sent, throttled in runs.annotate(
        sent=Sum("requests_sent"), throttled=Sum("requests_throttled")
    ):
        counts[destination_id].requests_sent = sent
        counts[destination_id].requests_throttled = throttled
    return counts


def _state(row: Destination, counts: Counts) -> DestinationState:
    account = row.account
    return DestinationState(
        name=row.name,
        status=destinations.effective_status(row),
        account=str(account.status) if account is not None else AccountStatus.UNCHECKED.value,
        account_name=account.name if account is not None else "",
        problem=(account.problem if account is not None else "") or row.problem,
        counts=counts,
        last_error=_last_error(row),
    )


def _last_error(row: Destination) -> LastError | None:
    """The newer of what became of its contacts and of its account's token."""
    account, found = row.account, []
    if row.last_error_code:
        found.append(LastError(row.last_error_code, row.last_error, row.last_error_at))
    if account is not None and account.problem_code:
        found.append(LastError(account.problem_code, account.problem, account.checked_at))
    return max(found, key=lambda error: error.at or _LONG_AGO, default=None)
