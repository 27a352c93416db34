"""What people call an account, and its end; knows nothing of its token."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction

from connections import audit, marks
from connections.accounts import NameTaken
from connections.audit import Action, Kind
from connections.models import Account

MOST_NAMED: Final = 3


class AccountInUse(Exception):
    """An account with destinations is not deleted."""


def edit(*, account: Account, values: Mapping[str, Any], seen: str) -> Account:
    """Change details by name. `seen` is the mark of those the person had before them.

    Raises NameTaken and ChangedMeanwhile.
    """
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        marks.demand(row=locked, values=values, seen=seen)
        before = {name: getattr(locked, name) for name in values}
        for name, value in values.items():
            setattr(locked, name, value)
        try:
            with transaction.atomic():
                locked.save(update_fields=[*values, "updated_at"])
        except IntegrityError:
            raise NameTaken(f"There is already an account named {locked.name!r}.") from None
        changes = audit.differences(before=before, after=values)
        audit.note_changes(kind=Kind.ACCOUNT, about=locked, changes=changes)
    return locked


def delete(*, account: Account) -> None:
    """Forget an account and its token. Raises AccountInUse, saying by which destinations."""
    with transaction.atomic():
        locked = Account.objects.select_for_update().get(pk=account.pk)
        users = locked.destinations.order_by("name", "pk")
        if count := users.count():
            named = ", ".join(f"“{destination}”" for destination in users[:MOST_NAMED])
            more = f" and {count - MOST_NAMED} more" if count > MOST_NAMED else ""
            raise AccountInUse(f"{account.name} is used by {named}{more}. Delete those first.")
        audit.note(action=Action.DELETED, kind=Kind.ACCOUNT, about=locked)
        locked.delete()
