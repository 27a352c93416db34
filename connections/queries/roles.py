"""Roles: Django's groups with the permissions of this product."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as Row
from django.db.models import Count, QuerySet

from connections import access_labels
from connections.permissions import Permission

EVERYTHING, BY_LABEL = "everything", "labels"


@dataclass(frozen=True, slots=True)
class Role:
    """One line of the list."""

    group: Group
    people: int
    permissions: tuple[Permission, ...]
    # What it sees, in words.
    sees: str

    @property
    def has_everything(self) -> bool:
        """Whether there is nothing that the role may not do."""
        return len(self.permissions) == len(Permission)

    @property
    def menu_id(self) -> str:
        """Of the list of actions, unique in the page."""
        return f"role-{self.group.pk}"


@dataclass(frozen=True, slots=True)
class Content:
    """What people change about a role; `labels` are of account where it `sees` by them."""

    name: str
    permissions: tuple[Permission, ...]
    sees: str
    labels: tuple[str, ...]

    @property
    def access_labels(self) -> list[str] | None:
        """None: it sees everything, whatever its labels."""
        return list(self.labels) if self.sees == BY_LABEL else None


def listing() -> QuerySet[Group, Group]:
    """Every role by name, with `people` and its permissions at hand."""
    return (
        Group.objects.annotate(people=Count("user"))
        .select_related("access_labels")
        .prefetch_related("permissions__content_type")
        .order_by("name")
    )


def roles(*, groups: Iterable[Any]) -> list[Role]:
    """The lines of a page of `listing`."""
    return [Role(group, group.people, _ours(group), _sees(group)) for group in groups]


def choices() -> QuerySet[Group, Group]:
    """The roles a person can be given."""
    return Group.objects.order_by("name")


def get(*, key: int) -> Group:
    """Raises Group.DoesNotExist."""
    return Group.objects.get(pk=key)


def permissions(*, role: Group) -> tuple[Permission, ...]:
    """What the role may do."""
    return _ours(role)


def content(*, key: int) -> Content:
    """The role as it is stored now. Raises Group.DoesNotExist."""
    role = get(key=key)
    labels = access_labels.of_role(role=role)
    sees = EVERYTHING if labels is None else BY_LABEL
    return Content(role.name, _ours(role), sees, tuple(labels or ()))


def people(*, role: Group) -> int:
    """How many have it, also those who are deactivated."""
    return role.user_set.count()


def is_name_taken(*, name: str, besides: Group | None = None) -> bool:
    """Whether another role is called so, however it is written."""
    others = Group.objects.exclude(pk=besides.pk) if besides else Group.objects.all()
    return others.filter(name__iexact=name).exists()


def rows(*, permissions: frozenset[Permission]) -> QuerySet[Row, Row]:
    """Django's rows of these permissions."""
    return Row.objects.filter(content_type__app_label="connections", codename__in=permissions)


def _sees(group: Any) -> str:
    """`group` of `listing`, which reads the labels with it."""
    stored = getattr(group, "access_labels", None)
    return access_labels.in_words(labels=None if stored is None else stored.labels)


def _ours(group: Group) -> tuple[Permission, ...]:
    found = {row.codename for row in group.permissions.all()}
    return tuple(permission for permission in Permission if permission.value in found)
