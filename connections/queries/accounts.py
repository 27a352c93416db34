"""Accounts as the pages show them; a fixed number of queries whatever their number."""

from uuid import UUID

from django.db.models import Count, QuerySet

from connections.models import Account


def get(*, uuid: UUID) -> Account:
    """Raises Account.DoesNotExist."""
    return Account.objects.get(uuid=uuid)


def listing() -> QuerySet[Account]:
    """Every account by name, with `destination_count`."""
    return Account.objects.annotate(destination_count=Count("destinations")).order_by("name", "pk")


def free_name(*, wanted: str) -> str:
    """`wanted`, or the first of `wanted 2`, `wanted 3` ... that no account has."""
    taken = set(Account.objects.filter(name__startswith=wanted).values_list("name", flat=True))
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted} {number}"
    return name


def is_name_taken(*, name: str) -> bool:
    """Whether an account has this very name."""
    return Account.objects.filter(name=name).exists()
