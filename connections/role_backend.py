"""Who may do what, by roles alone: nobody is given a permission of their own."""

from typing import Any

from django.contrib.auth.backends import ModelBackend


class RoleBackend(ModelBackend):
    """Spares every page the query for permissions that a person holds without a role."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None; roles are Django's groups."""
        return set()
