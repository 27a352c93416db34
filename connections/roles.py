"""Roles: named sets of permissions, stored with everything their permissions imply."""

import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from connections import access_labels, audit, labelled, marks
from connections.audit import Action, Kind
from connections.people import keeping_a_manager
from connections.permissions import Permission, with_implied
from connections.queries import roles
from connections.queries.roles import Content

logger = logging.getLogger(__name__)


class NameTaken(Exception):
    """Another role has this name."""


class RoleInUse(Exception):
    """A role that somebody has is not deleted."""


def create(
    *, name: str, permissions: Iterable[Permission], labels: list[str] | None = None
) -> Group:
    """A new role. `labels` are its access labels; None: it sees everything.

    Raises NameTaken and `labelled.UnknownLabel`.
    """
    granted = with_implied(permissions=permissions)
    with _keeping(labels or ()):
        role = Group()
        _save(role, _content(name, granted, labels))
        given: dict[str, tuple[object, object]] = {"permissions": ("", _labels(granted))}
        if labels is not None:
            given["sees"] = ("", access_labels.in_words(labels=labels))
        audit.note(action=Action.CREATED, kind=Kind.ROLE, about=role, changes=given)
    logger.info("roles.created role=%s", role.pk)
    return role


def change(
    *,
    role: Group,
    name: str,
    permissions: Iterable[Permission],
    labels: list[str] | None,
    seen: str,
) -> None:
    """Whoever has the role may this from now on. `seen` is the mark of its `roles.Content` before.

    `labels` as for `create`. Raises NameTaken, ChangedMeanwhile, `labelled.UnknownLabel` and
    `people.LastManager`.
    """
    wanted = _content(name, with_implied(permissions=permissions), labels)
    with _keeping(wanted.labels), keeping_a_manager():
        before = roles.content(key=role.pk)
        marks.demand(row=before, values=asdict(wanted), seen=seen)
        _save(role, wanted)
        changes = audit.differences(before=_told(before), after=_told(wanted))
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


@contextmanager
def _keeping(labels: Collection[str]) -> Iterator[None]:
    """A transaction in which nobody deletes them: a role may hold what nothing else carries yet."""
    with transaction.atomic():
        labelled.keep(labels=labels)
        yield


def _content(name: str, granted: Collection[Permission], labels: list[str] | None) -> Content:
    ours = tuple(permission for permission in Permission if permission in granted)
    sees = roles.EVERYTHING if labels is None else roles.BY_LABEL
    return Content(name, ours, sees, tuple(labels or ()))


def _told(content: Content) -> dict[str, object]:
    return {
        "name": content.name,
        "permissions": _labels(content.permissions),
        "sees": access_labels.in_words(labels=content.access_labels),
    }


def _labels(granted: Collection[Permission]) -> list[str]:
    return [permission.label for permission in Permission if permission in granted]


def _save(role: Group, content: Content) -> None:
    role.name = content.name
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError:
        raise NameTaken("Another role has this name.") from None
    role.permissions.set(roles.rows(permissions=frozenset(content.permissions)))
    access_labels.give(role=role, labels=content.access_labels)
