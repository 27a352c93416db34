"""The filters of Browse: what can be ticked, and what that leaves in the list."""

from typing import Final

from django.db.models import Q, QuerySet

from activations.models import Activation, Audience
from activations.queries import sight
from connections.models import Account, AccountStatus, Destination, DestinationStatus
from connections.models.accounts import Platform
from connections.queries.filters import NOBODY, Chosen, Group, any_of, options, uuid_of

PLATFORM, ACCOUNT, STATUS, AUDIENCE = "platform", "account", "status", "audience"
NAMES: Final = (PLATFORM, ACCOUNT, STATUS, AUDIENCE)
# More would make the panel longer than anybody reads; the search finds the others by name.
MOST_ACCOUNTS: Final = 50


def narrow(*, found: QuerySet[Destination], chosen: Chosen) -> QuerySet[Destination]:
    """Those of `found` that fit at least one ticked box of each filter that has any."""
    conditions = {
        PLATFORM: _of_platform,
        ACCOUNT: _of_account,
        STATUS: _of_status,
        AUDIENCE: _of_audience,
    }
    for name, values in chosen.items():
        found = found.filter(any_of(values=values, condition=conditions[name]))
    return found


def groups(*, chosen: Chosen) -> list[Group]:
    """What the panel offers; at most four queries. Audiences come by a link only."""
    platforms, statuses = Platform.choices, DestinationStatus.choices
    return [
        Group(PLATFORM, "Destination", options(choices=platforms, chosen=chosen.get(PLATFORM, ()))),
        _accounts(chosen.get(ACCOUNT, ())),
        Group(STATUS, "Status", options(choices=statuses, chosen=chosen.get(STATUS, ()))),
        *_audiences(chosen.get(AUDIENCE, ())),
    ]


def _of_platform(value: str) -> Q:
    # A draft without an account is one of the only platform there is.
    is_only = value == Platform.ZENDESK_SELL
    return Q(account__platform=value) | (Q(account=None) if is_only else NOBODY)


def _of_account(value: str) -> Q:
    uuid = uuid_of(value=value)
    return Q(account__uuid=uuid) if uuid else NOBODY


def _of_audience(value: str) -> Q:
    uuid = uuid_of(value=value)
    if uuid is None:
        return NOBODY
    found = sight.of_audiences(Activation.objects.filter(audience__uuid=uuid))
    return Q(pk__in=found.values("destination"))


def _of_status(value: str) -> Q:
    """As `connections.destinations.effective_status` has it."""
    is_held = Q(account__status=AccountStatus.REJECTED, status=DestinationStatus.ENABLED)
    if value == DestinationStatus.ERROR:
        return Q(status=value) | is_held
    return Q(status=value) & ~is_held


def _audiences(chosen: tuple[str, ...]) -> list[Group]:
    uuids = [uuid for value in chosen if (uuid := uuid_of(value=value))]
    if not uuids:
        return []
    rows = sight.audiences(Audience.objects.filter(uuid__in=uuids)).order_by("name", "pk")
    choices = [(str(audience.uuid), str(audience)) for audience in rows]
    return [Group(AUDIENCE, "Audience", options(choices=choices, chosen=chosen))]


def _accounts(chosen: tuple[str, ...]) -> Group:
    rows = Account.objects.filter(destinations__isnull=False).distinct().order_by("name", "pk")
    found = [(str(uuid), name) for uuid, name in rows.values_list("uuid", "name")[:MOST_ACCOUNTS]]
    hidden = rows.count() - len(found) if len(found) == MOST_ACCOUNTS else 0
    known = dict(found)
    others = [uuid for text in chosen if text not in known and (uuid := uuid_of(value=text))]
    if others:
        # Chosen by a link: it stays ticked when something else is ticked too.
        missing = Account.objects.filter(uuid__in=others).order_by("name", "pk")
        found += [(str(uuid), name) for uuid, name in missing.values_list("uuid", "name")]
    return Group(ACCOUNT, "Account", options(choices=found, chosen=chosen), hidden)
