"""Who may do what, and see what, by roles alone: nobody is given a permission of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.db.models import F

_KEPT: Final = "_given_by_roles"
# From a person to each permission of each of their roles, a row for each.
_COLUMNS: Final = {
    "role_app": F("groups__permissions__content_type__app_label"),
    "role_codename": F("groups__permissions__codename"),
    "role_labels": F("groups__access_labels__labels"),
}


@dataclass(frozen=True, slots=True)
class Given:
    """What all roles of a person add up to.

    `permissions` as `User.has_perm` takes them; `labels` are the access labels, None where one of
    the roles sees everything.
    """

    permissions: frozenset[str]
    labels: frozenset[str] | None


class RoleBackend(ModelBackend):
    """Spares pages the queries for what a person holds without a role, and for each thing alone."""

    def get_user(self, user_id: int) -> User | None:
        """Whoever is signed in, with what they prefer and what their roles give: one query."""
        people = User.objects.select_related("person").filter(pk=user_id)
        rows: list[Any] = list(people.annotate(**_COLUMNS))
        if not rows or not self.user_can_authenticate(rows[0]):
            return None
        found: User = rows[0]
        _keep(found, ((row.role_app, row.role_codename, row.role_labels) for row in rows))
        return found

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None; roles are Django's groups."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Those of the roles; all there are for who has full access."""
        if user_obj.is_superuser or not user_obj.is_active or obj is not None:
            return super().get_group_permissions(user_obj, obj)
        return set(given(user=user_obj).permissions)


def given(*, user: Any) -> Given:
    """Of somebody who has an account; at most one query for as long as `user` lives."""
    if not hasattr(user, _KEPT):
        people = User.objects.filter(pk=user.pk).order_by()
        _keep(user, people.values_list(*_COLUMNS.values()))
    found: Given = getattr(user, _KEPT)
    return found


def _keep(user: Any, rows: Iterable[tuple[str | None, str | None, list[str] | None]]) -> None:
    """Rows of `_COLUMNS`; who has no role, and a role that has no permission, has one as well."""
    read = list(rows)
    permissions = frozenset(f"{app}.{codename}" for app, codename, _ in read if codename)
    lists = [labels for _, _, labels in read if labels is not None]
    sees_everything = len(lists) < len(read)
    held = None if sees_everything else frozenset(chain.from_iterable(lists))
    setattr(user, _KEPT, Given(permissions, held))
