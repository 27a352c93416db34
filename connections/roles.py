"""Roles: named sets of permissions, stored with everything their permissions imply."""

import logging
from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from connections import audit, marks
from connections.audit import Action, Kind
from connections.people import keeping_a_manager
from connections.permissions import Permission, with_implied
from connections.queries import roles

logger = logging.getLogger(__name__)


class NameTaken(Exception):
    """Another role has this name."""


class RoleInUse(Exception):
    """A role that somebody has is not deleted."""


def create(*, name: str, permissions: Iterable[Permission]) -> Group:
    """A new role. Raises NameTaken."""
    with transaction.atomic():
        role = Group()
        _save(role, name, permissions)
        given = {"permissions": ("", _labels(permissions))}
        audit.note(action=Action.CREATED, kind=Kind.ROLE, about=role, changes=given)
    logger.info("roles.created role=%s", role.pk)
    return role


def change(*, role: Group, name: str, permissions: Iterable[Permission], seen: str) -> None:
    """Whoever has the role may this from now on. `seen` is the mark of its `roles.Content` before.

    Raises NameTaken, ChangedMeanwhile and `people.LastManager`.
    """
    granted = with_implied(permissions=permissions)
    wanted = {"name": name, "permissions": tuple(p for p in Permission if p in granted)}
    with keeping_a_manager():
        before = roles.content(key=role.pk)
        marks.demand(row=before, values=wanted, seen=seen)
        _save(role, name, permissions)
        was = {"name": before.name, "permissions": _labels(before.permissions)}
        changes = audit.differences(
            before=was, after={"name": name, "permissions": _labels(permissions)}
        )
        audit.note_changes(kind=Kind.ROLE, about=role, changes=changes)
    logger.info("roles.changed role=%s", role.pk)


def delete(*, role: Group) -> None:
    """Raises RoleInUse while somebody has it."""
    with keeping_a_manager():
        count = roles.people(role=role)
        if count:
            has = "person has" if count == 1 else "people have"
            raise RoleInUse(f"{count} {has} the role {role.name}. Give them another first.")
        audit.note(action=Action.DELETED, kind=Kind.ROLE, about=role)
        role.delete()
    logger.info("roles.deleted role=%s", role.pk)


def _labels(permissions: Iterable[Permission]) -> list[str]:
    granted = with_implied(permissions=permissions)
    return [permission.label for permission in Permission if permission in granted]


def _save(role: Group, name: str, permissions: Iterable[Permission]) -> None:
    role.name = name
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError:
        raise NameTaken("Another role has this name.") from None
    role.permissions.set(roles.rows(permissions=with_implied(permissions=permissions)))
