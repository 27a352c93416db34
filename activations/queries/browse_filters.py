"""The filters of Browse: what can be ticked, and what that leaves in the list."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from connections.models import Account, AccountStatus, Destination, DestinationStatus
from connections.models.accounts import Platform

PLATFORM, ACCOUNT, STATUS = "platform", "account", "status"
NAMES: Final = (PLATFORM, ACCOUNT, STATUS)
# More would make the panel longer than anybody reads; the search finds the others by name.
MOST_ACCOUNTS: Final = 50

Chosen = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Option:
    """A box to tick."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The boxes of one filter, and how many more there would be."""

    name: str
    label: str
    options: tuple[Option, ...]
    hidden: int = 0


def narrow(*, found: QuerySet[Destination], chosen: Chosen) -> QuerySet[Destination]:
    """Those of `found` that fit at least one ticked box of each filter that has any."""
    conditions = {PLATFORM: _of_platform, ACCOUNT: _of_account, STATUS: _of_status}
    for name, values in chosen.items():
        found = found.filter(_any(values, conditions[name]))
    return found


def groups(*, chosen: Chosen) -> list[Group]:
    """What the panel offers; at most three queries."""
    return [
        Group(PLATFORM, "Destination", _options(Platform.choices, chosen.get(PLATFORM, ()))),
        _accounts(chosen.get(ACCOUNT, ())),
        Group(STATUS, "Status", _options(DestinationStatus.choices, chosen.get(STATUS, ()))),
    ]


def _any(values: Iterable[str], condition: Callable[[str], Q]) -> Q:
    # Nobody fits a value that means nothing.
    fits = Q(pk=None)
    for value in values:
        fits |= condition(value)
    return fits


def _of_platform(value: str) -> Q:
    # A draft without an account is one of the only platform there is.
    is_only = value == Platform.ZENDESK_SELL
    return Q(account__platform=value) | (Q(account=None) if is_only else Q(pk=None))


def _of_account(value: str) -> Q:
    uuid = _uuid(value)
    return Q(account__uuid=uuid) if uuid else Q(pk=None)


def _of_status(value: str) -> Q:
    """As `connections.destinations.effective_status` has it."""
    is_held = Q(account__status=AccountStatus.REJECTED, status=DestinationStatus.ENABLED)
    if value == DestinationStatus.ERROR:
        return Q(status=value) | is_held
    return Q(status=value) & ~is_held


def _accounts(chosen: tuple[str, ...]) -> Group:
    rows = Account.objects.filter(destinations__isnull=False).distinct().order_by("name", "pk")
    found = [(str(uuid), name) for uuid, name in rows.values_list("uuid", "name")[:MOST_ACCOUNTS]]
    hidden = rows.count() - len(found) if len(found) == MOST_ACCOUNTS else 0
    missing = [uuid for value in chosen if (uuid := _uuid(value)) and (value not in dict(found))]
    if missing:
        # Chosen by a link: it stays ticked when something else is ticked too.
        others = Account.objects.filter(uuid__in=missing).order_by("name", "pk")
        found += [(str(uuid), name) for uuid, name in others.values_list("uuid", "name")]
    return Group(ACCOUNT, "Account", _options(found, chosen), hidden)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def _options(choices: Iterable[tuple[str, str]], chosen: tuple[str, ...]) -> tuple[Option, ...]:
    return tuple(Option(value, label, value in chosen) for value, label in choices)
