"""What somebody has to look at first, the worst of it first."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from activations.models import Activation, DataflowRun
from activations.queries import sight
from connections import accounts
from connections.models import Account, AccountStatus, Destination, DestinationStatus
from connections.queries.alerts import Record
from connections.zendesk.contact import CustomField

REJECTED, STOPPED, ALERT, RISING, GONE = "rejected", "stopped", "alert", "rising", "gone"
# Fewer failures than that are looked at by code, not by their number.
FEW_FAILURES: Final = 10
RISING_FACTOR: Final = 2
_DAY: Final = timedelta(hours=24)
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One matter: `kind` says what it is and where one acts, `uuid` of which thing."""

    kind: str
    uuid: UUID
    name: str
    text: str
    at: datetime | None = None
    about: str = "destination"
    # Whoever looks may not activate there, for something that they may not see.
    is_closed: bool = False

    @property
    def tone(self) -> str:
        """How bad it is."""
        return "danger" if self.kind in (REJECTED, STOPPED, ALERT) else "warning"


def of(
    *,
    destinations: Sequence[Destination],
    alerts: Sequence[Record],
    at: datetime,
) -> list[Item]:
    """Three queries, and one for who does not see everything.

    The destinations (drafts left out) come with their accounts.
    """
    known = {row.account for row in destinations if row.account is not None}
    rejected = [_rejected(one) for one in known if one.status == AccountStatus.REJECTED]
    stopped = [_stopped(one) for one in destinations if one.status == DestinationStatus.ERROR]
    told = {(item.about, item.uuid) for item in (*rejected, *stopped)}
    others = [_alert(record) for record in alerts if (record.about, record.uuid) not in told]
    return [
        *sorted(rejected, key=lambda item: item.name),
        *stopped,
        *others,
        *_rising(destinations, at),
        *_gone(destinations),
    ]


def is_rising(*, now: int, before: int) -> bool:
    """Whether failures of a day are many, and many more than on the day before."""
    return now >= FEW_FAILURES and now >= RISING_FACTOR * before


def _rejected(account: Account) -> Item:
    return Item(
        REJECTED, account.uuid, account.name, account.problem, account.checked_at, "account"
    )


def _stopped(destination: Destination) -> Item:
    return Item(STOPPED, destination.uuid, destination.name, destination.problem)


def _alert(record: Record) -> Item:
    return Item(ALERT, record.uuid, record.name, record.message, record.triggered_at, record.about)


def _rising(destinations: Sequence[Destination], at: datetime) -> Iterator[Item]:
    hour = at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    now, before = _failures([one.pk for one in destinations], hour - _DAY)
    for one in destinations:
        if is_rising(now=now[one.pk], before=before[one.pk]):
            text = (
                f"{now[one.pk]:,} failed in the last 24 hours, {before[one.pk]:,} in the 24 before."
            )
            yield Item(RISING, one.uuid, one.name, text)


def _failures(
    destination_ids: Collection[int], middle: datetime
) -> tuple[Counter[int], Counter[int]]:
    """By destination: since the middle, and in the day before it."""
    now: Counter[int] = Counter()
    before: Counter[int] = Counter()
    runs = DataflowRun.objects.filter(
        destination_id__in=destination_ids,
        started_at__gte=middle - _DAY,
        identities_failed__gt=0,
    ).order_by()
    for key, started_at, failed in runs.values_list(
        "destination_id", "started_at", "identities_failed"
    ):
        (now if started_at >= middle else before)[key] += failed
    return now, before


def _gone(destinations: Sequence[Destination]) -> Iterator[Item]:
    """Mapping IDs that Zendesk had no contact field for when its fields were last read."""
    mapping_ids = _mapping_ids([one.pk for one in destinations])
    fields = _fields([one.account_id for one in destinations if one.account_id])
    found = []
    for one in destinations:
        if one.account is None or one.account.contact_fields_at is None:
            continue
        if gone := _missing(mapping_ids.get(one.pk, ()), fields[one.account.pk]):
            found.append((one, one.account.contact_fields_at, gone))
    closed = sight.closed(destinations=[one.pk for one, _, _ in found])
    for one, at, gone in found:
        is_closed = one.pk in closed
        yield Item(GONE, one.uuid, one.name, _listed(gone), at, is_closed=is_closed)


def _fields(account_ids: Collection[int]) -> Mapping[int, Mapping[str, CustomField]]:
    """The custom fields of each account, as they were last read."""
    rows = Account.objects.filter(pk__in=account_ids)
    return {account.pk: accounts.fields_of(account) or {} for account in rows}


def _missing(names: Iterable[str], fields: Mapping[str, CustomField]) -> list[str]:
    """Names of no field that a contact has."""
    found = ((name, fields.get(name)) for name in set(names))
    return sorted(name for name, field in found if field is None or not field.for_contact)


def _mapping_ids(destination_ids: Collection[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Activation.objects.filter(destination_id__in=destination_ids).order_by()
    for key, mapping_id in rows.values_list("destination_id", "mapping_id"):
        found[key].append(mapping_id)
    return found


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"“{name}”" for name in names[:_NAMED])
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{shown}{more} {'is' if len(names) == 1 else 'are'} no contact field in Zendesk."
