"""People with exactly some permissions."""

from django.contrib.auth.models import Group as Role
from django.contrib.auth.models import Permission as Row
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from connections.models import Account
from connections.permissions import Permission
from tests import factories


def grant(user: User, *permissions: Permission) -> User:
    """The same person, now also with these, by a role of their own."""
    role, _ = Role.objects.get_or_create(name=f"Role of {user.pk}")
    user.groups.add(role)
    kind = ContentType.objects.get_for_model(Account)
    for permission in permissions:
        row = Row.objects.filter(
            codename=permission.value, content_type__app_label=kind.app_label
        ).first() or Row.objects.create(
            codename=permission.value, content_type=kind, name=permission.label
        )
        role.permissions.add(row)
    return User.objects.get(pk=user.pk)


def browser(*permissions: Permission, **more: str) -> tuple[Client, User]:
    """A browser of somebody who has exactly these permissions."""
    user = grant(factories.UserFactory(is_superuser=False, **more), *permissions)
    client = Client()
    client.force_login(user)
    return client, user
