"""The state of every destination, in a fixed number of queries: what `status` prints."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Sum

from activations.models import DataflowRun
from activations.queries import census, unsent
from activations.queries.census import Census
from activations.queries.unsent import ByLane
from connections import destinations
from connections.models import AccountStatus, Destination, DestinationStatus

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


@dataclass(frozen=True, slots=True)
class Requests:
    """Of the dataflow runs that are kept."""

    sent: int = 0
    throttled: int = 0


@dataclass(frozen=True, slots=True)
class DestinationState:
    """One destination; `problem` says what its account or it suffers from."""

    destination: Destination
    status: str
    account: str
    account_name: str
    problem: str
    census: Census
    requests: Requests
    last_error: LastError | None
    unsent_since: ByLane

    @property
    def name(self) -> str:
        """Empty while it is a draft without one."""
        return self.destination.name

    @property
    def deliveries(self) -> dict[str, int]:
        """Each profile in exactly one; what is in flight, waiting or held counts as pending."""
        return {
            "pending": self.census.open,
            "delivered": self.census.delivered,
            "excluded": sum(self.census.excluded.values()),
            "failed": sum(self.census.failed.values()),
        }

    def as_json(self) -> dict[str, Any]:
        """The shape of `status --json`, which scripts rely on."""
        return {
            "name": self.name,
            "status": self.status,
            "account": self.account,
            "deliveries": self.deliveries,
            "excluded": dict(sorted(self.census.excluded.items())),
            "failed": dict(sorted(self.census.failed.items())),
            "requests": {"sent": self.requests.sent, "throttled": self.requests.throttled},
            "last_error": self.last_error.as_json() if self.last_error else None,
        }


def load() -> tuple[DestinationState, ...]:
    """Every destination, drafts included, by name; five queries."""
    counted, requests, oldest = census.by_destination(), _requests(), unsent.since()
    rows = Destination.objects.select_related("account").order_by("name", "pk")
    return tuple(
        _state(
            row,
            counted.get(row.pk, Census()),
            requests.get(row.pk, Requests()),
            oldest.get(row.pk, {}),
        )
        for row in rows
    )


def pending() -> int:
    """How many profiles are still to be looked at or sent, over all destinations."""
    return sum(counted.open for counted in census.by_destination().values())


def stopped() -> dict[str, str]:
    """Destinations that stopped by themselves, by name, with the problem."""
    rows = Destination.objects.filter(status=DestinationStatus.ERROR).order_by("name", "pk")
    return dict(rows.values_list("name", "problem"))


def _requests() -> Mapping[int, Requests]:
    runs = DataflowRun.objects.order_by("destination_id").values_list("destination_id")
    summed = runs.annotate(sent=Sum("requests_sent"), throttled=Sum("requests_throttled"))
    return {key: Requests(sent, throttled) for key, sent, throttled in summed}


def _state(
    row: Destination, counted: Census, requests: Requests, unsent_since: ByLane
) -> DestinationState:
    account = row.account
    return DestinationState(
        destination=row,
        status=destinations.effective_status(row),
        account=str(account.status) if account is not None else AccountStatus.UNCHECKED.value,
        account_name=account.name if account is not None else "",
        problem=(account.problem if account is not None else "") or row.problem,
        census=counted,
        requests=requests,
        last_error=_last_error(row),
        unsent_since=unsent_since,
    )


def _last_error(row: Destination) -> LastError | None:
    """The newer of what became of its contacts and of its account's token."""
    account, found = row.account, []
    if row.last_error_code:
        found.append(LastError(row.last_error_code, row.last_error, row.last_error_at))
    if account is not None and account.problem_code:
        found.append(LastError(account.problem_code, account.problem, account.checked_at))
    return max(found, key=lambda error: error.at or _LONG_AGO, default=None)
