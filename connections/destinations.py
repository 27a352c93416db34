"""Destinations: from draft to enabled, paused, stopped and gone."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from connections import alerts, audit, marks, subscriptions
from connections.audit import Action, Kind
from connections.models import Account, AccountStatus, Destination, DestinationStatus


class NameTaken(Exception):
    """Another destination has this name."""


def start_draft(*, created_by: Any) -> Destination:
    """An empty draft; the connect wizard fills it in."""
    return Destination.objects.create(created_by=created_by)


def use_account(*, destination: Destination, account: Account) -> None:
    """Choose the account of a draft."""
    before, destination.account = destination.account, account
    with transaction.atomic():
        destination.save(update_fields=["account", "updated_at"])
        changes = audit.differences(before={"account": before}, after={"account": account})
        audit.note_changes(kind=Kind.DESTINATION, about=destination, changes=changes)


def set_up(
    *,
    destination: Destination,
    details: Mapping[str, Any],
    subscription: subscriptions.Choice,
    person: Any,
) -> bool:
    """The end of the connect wizard: the draft is a destination, and the person hears of it.

    False when it was one already, of another tab; then nothing was changed. Raises NameTaken.
    """
    with transaction.atomic():
        locked = Destination.objects.select_for_update().get(pk=destination.pk)
        if locked.status != DestinationStatus.DRAFT:
            return False
        enabled = {**details, "status": DestinationStatus.ENABLED}
        save_details(destination=locked, details=enabled)
        given = {name: ("", value) for name, value in details.items() if value}
        audit.note(action=Action.SET_UP, kind=Kind.DESTINATION, about=locked, changes=given)
        subscriptions.choose(destination=locked, person=person, choice=subscription)
    return True


def save_details(*, destination: Destination, details: Mapping[str, Any]) -> Destination:
    """Fields by name, as a form or the workspace file has them. Raises NameTaken."""
    for name, value in details.items():
        setattr(destination, name, value)
    return _save_named(destination, [*details, "updated_at"])


def edit(*, destination: Destination, values: Mapping[str, Any], seen: str) -> Destination:
    """Change details by name. `seen` is the mark of those the person had before them.

    Raises NameTaken and ChangedMeanwhile.
    """
    with transaction.atomic():
        # Who stores deliveries only holds on to the row's key, and need not wait for a new name.
        locked = Destination.objects.select_for_update(no_key=True).get(pk=destination.pk)
        marks.demand(row=locked, values=values, seen=seen)
        before = {name: getattr(locked, name) for name in values}
        for name, value in values.items():
            setattr(locked, name, value)
        saved = _save_named(locked, [*values, "updated_at"])
        changes = audit.differences(before=before, after=values)
        audit.note_changes(kind=Kind.DESTINATION, about=saved, changes=changes)
    return saved


def enable(*, destination: Destination) -> None:
    """Send again; what changed meanwhile is waiting. Also clears a stop."""
    _set_status(destination, DestinationStatus.ENABLED, Action.ENABLED)


def disable(*, destination: Destination) -> None:
    """Send nothing more. Changes keep being noted."""
    _set_status(destination, DestinationStatus.DISABLED, Action.DISABLED)


def resume(*, destination: Destination) -> None:
    """Let a destination that was stopped by identical rejections go on."""
    # Only out of a stop: somebody may have disabled it since the caller read it.
    _set_status(
        destination, DestinationStatus.ENABLED, Action.RESUMED, out_of=DestinationStatus.ERROR
    )


def stop(*, destination_id: int, code: str, problem: str) -> bool:
    """Stop an enabled destination by ourselves, with an alert; False when somebody was first."""
    with transaction.atomic():
        updated = Destination.objects.filter(
            pk=destination_id, status=DestinationStatus.ENABLED
        ).update(status=DestinationStatus.ERROR, problem_code=code, problem=problem)
        if updated:
            alerts.trigger(code=code, message=problem, destination_id=destination_id)
            about = Destination.objects.get(pk=destination_id)
            told = {"problem": ("", code)}
            audit.note(action=Action.STOPPED, kind=Kind.DESTINATION, about=about, changes=told)
    return updated == 1


def delete(*, destination: Destination) -> None:
    """Forget the destination and all it knew. Contacts in Zendesk stay as they are."""
    with transaction.atomic():
        audit.note(action=Action.DELETED, kind=Kind.DESTINATION, about=destination)
        destination.delete()


def effective_status(destination: Destination) -> str:
    """What people see: also `error` while the account is rejected."""
    account = destination.account
    is_held = account is not None and account.status == AccountStatus.REJECTED
    if destination.status == DestinationStatus.ENABLED and is_held:
        return str(DestinationStatus.ERROR.value)
    return destination.status


def _save_named(destination: Destination, fields: Sequence[str]) -> Destination:
    # Only these: a worker may have stopped the destination since the caller read it.
    try:
        with transaction.atomic():
            destination.save(update_fields=fields)
    except IntegrityError:
        raise NameTaken(f"There is already a destination named {destination.name!r}.") from None
    return destination


def _set_status(
    destination: Destination,
    status: DestinationStatus,
    action: Action,
    *,
    out_of: DestinationStatus | None = None,
) -> None:
    rows = Destination.objects.filter(pk=destination.pk)
    if out_of is not None:
        rows = rows.filter(status=out_of)
    fresh = {"problem": "", "problem_code": "", "rejection_streak": 0, "rejection_signature": ""}
    with transaction.atomic():
        before = rows.values_list("status", flat=True).first()
        if rows.update(status=status, **fresh):
            alerts.resolve(destination_id=destination.pk)
            if before != status:
                audit.note(action=action, kind=Kind.DESTINATION, about=destination)
    destination.refresh_from_db(fields=["status", *fresh])
