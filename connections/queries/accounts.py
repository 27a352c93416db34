"""Accounts as the pages show them; a fixed number of queries whatever their number."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from connections.models import Account, AccountStatus, Destination
from connections.models.accounts import Platform
from connections.queries.filters import Chosen, Group, any_of, options

PLATFORM, STATUS = "platform", "status"
FILTERS: Final = (PLATFORM, STATUS)
SORTS: Final[Mapping[str, str]] = {
    "name": "name",
    "platform": "platform",
    "username": "zendesk_user_name",
    "destinations": "destination_count",
    "authorized": "created_at",
    "status": "status",
}


def get(*, uuid: UUID) -> Account:
    """Raises Account.DoesNotExist."""
    return Account.objects.get(uuid=uuid)


def listing(*, words: str, sort: str, descending: bool, chosen: Chosen) -> QuerySet[Account]:
    """Those whose name, description, user or Zendesk account contains the words.

    Each has its `destination_count`, drafts included: they keep it from being deleted too.
    """
    uses = Destination.objects.filter(account=OuterRef("pk")).order_by().values("account")
    count = Subquery(uses.annotate(count=Count("*")).values("count"))
    found = Account.objects.annotate(destination_count=Coalesce(count, 0))
    for name, values in chosen.items():
        found = found.filter(any_of(values=values, condition=_CONDITIONS[name]))
    for word in words.split():
        found = found.filter(
            Q(name__icontains=word)
            | Q(description__icontains=word)
            | Q(zendesk_user_name__icontains=word)
            | Q(zendesk_account_name__icontains=word)
        )
    key = F(SORTS.get(sort, "name"))
    first = key.desc() if descending else key.asc()
    return found.defer("contact_fields", "sealed_token").order_by(first, "pk")


def groups(*, chosen: Chosen) -> list[Group]:
    """What the panel of filters offers."""
    platforms, statuses = Platform.choices, AccountStatus.choices
    return [
        Group(PLATFORM, "Platform", options(choices=platforms, chosen=chosen.get(PLATFORM, ()))),
        Group(STATUS, "Status", options(choices=statuses, chosen=chosen.get(STATUS, ()))),
    ]


def choices() -> QuerySet[Account]:
    """Every account by name, for a list to choose from: its name only."""
    return Account.objects.only("uuid", "name").order_by("name", "pk")


def free_name(*, wanted: str) -> str:
    """`wanted`, or the first of `wanted 2`, `wanted 3` ... that no account has."""
    taken = set(Account.objects.filter(name__startswith=wanted).values_list("name", flat=True))
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


def is_name_taken(*, name: str, besides: Account | None = None) -> bool:
    """Whether an account, or another one, has this very name."""
    found = Account.objects.filter(name=name)
    return (found.exclude(pk=besides.pk) if besides is not None else found).exists()


_CONDITIONS: Final = {
    PLATFORM: lambda value: Q(platform=value),
    STATUS: lambda value: Q(status=value),
}
