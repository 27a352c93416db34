"""People: invite, give roles, deactivate. Somebody who may do this always remains."""

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction

from connections import audit, marks, sign_in
from connections.audit import Action, Kind
from connections.models import Person
from connections.permissions import Permission
from connections.queries import people, roles

logger = logging.getLogger(__name__)


class LastManager(Exception):
    """Nobody would be left who may manage people; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody would be left who may manage people. Give somebody else that first."
        )


class NameTaken(Exception):
    """Somebody else signs in with this name."""


class WasHere(Exception):
    """What is only for people who were invited and never came."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that lets a person in once; its secret is told now and never again."""

    user: User
    secret: str = field(repr=False)
    expires_at: datetime


def invite(*, email: str, groups: Collection[Group], at: datetime) -> Invitation:
    """A new person who chooses name and password when they come."""
    with transaction.atomic():
        user = User.objects.create_user(username=_free_name(email), email=email, password=None)
        user.groups.set(groups)
        invitation = _link(user, at)
        given = {"roles": ("", _role_names(user))}
        audit.note(action=Action.INVITED, kind=Kind.PERSON, about=user, changes=given)
    logger.info("people.invited user=%s", user.pk)
    return invitation


def renew(*, user: User, at: datetime) -> Invitation:
    """Another link; the one before stops working. Raises WasHere once a password was chosen."""
    if user.has_usable_password():
        raise WasHere(f"{user} has a password by now and needs no link.")
    with transaction.atomic():
        audit.note(action=Action.INVITATION_RENEWED, kind=Kind.PERSON, about=user)
        return _link(user, at)


def revoke(*, user: User) -> None:
    """Forget an invited person. Raises WasHere when they came meanwhile."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not people.has_not_come(user=locked):
            raise WasHere(f"{user} has accepted the invitation. Deactivate them instead.")
        audit.note(action=Action.REVOKED, kind=Kind.PERSON, about=locked)
        locked.delete()
    logger.info("people.revoked user=%s", user.pk)


def change_roles(*, user: User, keys: Collection[int], seen: str) -> None:
    """These roles and no other. `seen` is the mark of the `people.RolesOfOne` before.

    Raises LastManager and ChangedMeanwhile.
    """
    # One at a time, so nobody changes them between the comparison and the change.
    with keeping_a_manager():
        wanted = {"roles": tuple(sorted(keys))}
        marks.demand(row=people.roles_of(user=user), values=wanted, seen=seen)
        before = _role_names(user)
        user.groups.set(keys)
        changes = audit.differences(before={"roles": before}, after={"roles": _role_names(user)})
        audit.note_changes(kind=Kind.PERSON, about=user, changes=changes)
    logger.info("people.roles-changed user=%s", user.pk)


def deactivate(*, user: User) -> None:
    """Signs them out everywhere and lets them in no more. Raises LastManager."""
    with keeping_a_manager():
        User.objects.filter(pk=user.pk).update(is_active=False)
        audit.note(action=Action.DEACTIVATED, kind=Kind.PERSON, about=user)
    logger.info("people.deactivated user=%s", user.pk)


def reactivate(*, user: User) -> None:
    """With the roles and the password they had."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)
        audit.note(action=Action.REACTIVATED, kind=Kind.PERSON, about=user)
    logger.info("people.reactivated user=%s", user.pk)


def save_settings(*, user: User, values: Mapping[str, Any], seen: str) -> None:
    """What a person says about themselves. `seen` is the mark of their `people.OwnSettings` before.

    Raises NameTaken and ChangedMeanwhile.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        before = people.own_settings(user_id=user.pk)
        marks.demand(row=before, values=values, seen=seen)
        try:
            with transaction.atomic():
                User.objects.filter(pk=user.pk).update(
                    username=values["username"], email=values["email"]
                )
        except IntegrityError:
            raise NameTaken("Somebody else has this name.") from None
        defaults = {name: values[name] for name in ("time_zone", "has_shortcuts")}
        Person.objects.update_or_create(user=user, defaults=defaults)
        audit.note_changes(kind=Kind.PERSON, about=user, changes=_told(before, values))


@contextmanager
def keeping_a_manager() -> Iterator[None]:
    """A transaction that is undone when nobody could manage people after it: LastManager.

    One at a time: else two people could deactivate each other in the same moment.
    """
    with transaction.atomic():
        locked = roles.rows(permissions=frozenset({Permission.MANAGE_PEOPLE}))
        locked.select_for_update(of=("self",)).get()
        yield
        if not people.managers().exists():
            raise LastManager


def _role_names(user: User) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))


def _told(before: people.OwnSettings, values: Mapping[str, Any]) -> audit.Changes:
    changes = audit.differences(before=asdict(before), after=values)
    # Of an address only that it is another one.
    return {name: audit.REPLACED if name == "email" else changes[name] for name in changes}


def _link(user: User, at: datetime) -> Invitation:
    secret = sign_in.create(user=user, at=at, is_invitation=True)
    return Invitation(user=user, secret=secret, expires_at=at + sign_in.INVITATION_VALID_FOR)


def _free_name(email: str) -> str:
    """The address as a user name; the person chooses their own later."""
    wanted = name = re.sub(r"[^\w.@+-]", "-", email)[:140]
    number = 1
    while people.is_name_taken(name=name):
        number += 1
        name = f"{wanted}-{number}"
    return name
