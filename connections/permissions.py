"""Who may do what: the permissions, and how a view or an API call declares the ones it needs.

Every view says so with one of the three decorators; a view that says nothing is an error at start
(`connections.checks`). Names and meaning are those of Adobe Experience Platform's access control.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

_APP: Final = "connections"


class Permission(models.TextChoices):
    """The value is the codename of Django's permission; roles are its groups."""

    VIEW_DESTINATIONS = "view_destinations", "View Destinations"
    MANAGE_DESTINATIONS = "manage_destinations", "Manage Destinations"
    ACTIVATE_DESTINATIONS = "activate_destinations", "Activate Destinations"
    ACTIVATE_WITHOUT_MAPPING = "activate_without_mapping", "Activate Segment without Mapping"
    VIEW_PROFILES = "view_profiles", "View Profiles"
    MANAGE_PROFILES = "manage_profiles", "Manage Profiles"
    VIEW_AUDIENCES = "view_segments", "View Segments"
    MANAGE_AUDIENCES = "manage_segments", "Manage Segments"
    IMPORT_AUDIENCES = "import_audience", "Import audience"
    VIEW_IDENTITY_GRAPH = "view_identity_graph", "View Identity Graph"
    MONITOR_DATA = "data_monitoring", "Data Monitoring"
    VIEW_ALERTS = "view_alerts", "View Alerts"
    MANAGE_ALERTS = "manage_alerts", "Manage Alerts"
    VIEW_ALERT_HISTORY = "view_alerts_history", "View Alerts History"
    RESOLVE_ALERTS = "resolve_alerts", "Resolve Alerts"
    MANAGE_INGESTION = "manage_ingestion", "Manage Ingestion"
    MANAGE_PEOPLE = "manage_people", "Manage People"

    @property
    def full_name(self) -> str:
        """As `User.has_perm` takes it."""
        return f"{_APP}.{self.value}"


def requires(*permissions: Permission) -> Callable[[View], View]:
    """Declare what a view needs, all of it; who lacks one is refused (403).

    Anonymous people never come so far: LoginRequiredMiddleware sends them to the sign-in page.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            demand(user=request.user, permissions=permissions)
            return view(request, *args, **kwargs)

        return _declare(guarded, frozenset(permissions))  # type: ignore[return-value]

    return declare


def open_to_members(view: View) -> View:
    """Whoever is signed in may: their own settings, the way out."""
    return _declare(view, frozenset())


def open_to_everybody(view: View) -> View:
    """No sign-in: health, the sign-in page itself, what carries its own key."""
    return _declare(view, None)


def demand(*, user: User | AnonymousUser, permissions: tuple[Permission, ...]) -> None:
    """Raises PermissionDenied naming the first one that is missing."""
    for permission in permissions:
        if not may(user=user, permission=permission):
            raise PermissionDenied(f"This needs the permission “{permission.label}”.")


def may(*, user: User | AnonymousUser, permission: Permission) -> bool:
    return user.has_perm(permission.full_name)


def _declare(view: View, access: frozenset[Permission] | None) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
