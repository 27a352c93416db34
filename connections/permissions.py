"""Who may do what: the permissions, and how a view or an API call declares the ones it needs.

Every view says so with one of the three decorators; a view that says nothing is an error at start
(`connections.checks`). Names and meaning are those of Adobe Experience Platform's access control.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Final, TypeVar

from django.contrib.auth.decorators import login_not_required
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
    APPLY_LABELS = "apply_data_usage_labels", "Apply Data Usage Labels"
    VIEW_POLICIES = "view_data_usage_policies", "View Data Usage Policies"
    MANAGE_POLICIES = "manage_data_usage_policies", "Manage Data Usage Policies"
    MANAGE_PEOPLE = "manage_people", "Manage People"
    VIEW_AUDIT_LOG = "view_user_activity_log", "View User Activity Log"

    @property
    def full_name(self) -> str:
        """As `User.has_perm` takes it."""
        return f"{_APP}.{self.value}"


# Who may do the left may do the right too: a role is always stored with both.
IMPLIES: Final = {
    Permission.MANAGE_DESTINATIONS: {Permission.VIEW_DESTINATIONS},
    Permission.ACTIVATE_DESTINATIONS: {
        Permission.VIEW_DESTINATIONS,
        Permission.ACTIVATE_WITHOUT_MAPPING,
    },
    Permission.ACTIVATE_WITHOUT_MAPPING: {Permission.VIEW_DESTINATIONS},
    Permission.MANAGE_PROFILES: {Permission.VIEW_PROFILES},
    Permission.MANAGE_AUDIENCES: {Permission.VIEW_AUDIENCES},
    Permission.IMPORT_AUDIENCES: {Permission.VIEW_AUDIENCES},
    Permission.MANAGE_ALERTS: {Permission.VIEW_ALERTS},
    Permission.VIEW_ALERT_HISTORY: {Permission.VIEW_ALERTS},
    Permission.RESOLVE_ALERTS: {Permission.VIEW_ALERTS},
    Permission.APPLY_LABELS: {Permission.VIEW_POLICIES},
    Permission.MANAGE_POLICIES: {Permission.VIEW_POLICIES},
}

# The activation wizard. Its mapping step also needs ACTIVATE_DESTINATIONS.
TO_ACTIVATE: Final = (
    Permission.VIEW_DESTINATIONS,
    Permission.ACTIVATE_WITHOUT_MAPPING,
    Permission.VIEW_PROFILES,
    Permission.VIEW_AUDIENCES,
)
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Access:
    """What a view declares. Nothing needed: whoever is signed in; `is_open`: everybody."""

    to_see: frozenset[Permission] = frozenset()
    to_change: frozenset[Permission] = field(default=frozenset())
    is_open: bool = False

    def needed(self, *, method: str) -> frozenset[Permission]:
        """What a request with this method needs, all of it."""
        return self.to_see if method in _SAFE_METHODS else self.to_see | self.to_change


def requires(
    *permissions: Permission, to_change: tuple[Permission, ...] = ()
) -> Callable[[View], View]:
    """Declare what a view needs, all of it; who lacks one is refused (403).

    `to_change` is needed besides by requests that change something. Stands above the other
    decorators, so that a refusal comes before anything else is said. Anonymous people never come
    so far: LoginRequiredMiddleware sends them to the sign-in page.
    """
    access = Access(frozenset(permissions), frozenset(to_change))

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            needed = access.needed(method=request.method or "")
            demand(user=request.user, permissions=tuple(p for p in Permission if p in needed))
            return view(request, *args, **kwargs)

        return _declare(guarded, access)  # type: ignore[return-value]

    return declare


def open_to_members(view: View) -> View:
    """Whoever is signed in may: their own settings, the way out."""
    return _declare(view, Access())


def open_to_everybody(view: View) -> View:
    """No sign-in: health, the sign-in page itself, what carries its own key."""
    opened: View = login_not_required(view)
    return _declare(opened, Access(is_open=True))


def demand(*, user: User | AnonymousUser, permissions: tuple[Permission, ...]) -> None:
    """Raises PermissionDenied naming the first one that is missing."""
    for permission in permissions:
        if not may(user=user, permission=permission):
            raise PermissionDenied(f"This needs the permission “{permission.label}”.")


def may(*, user: User | AnonymousUser, permission: Permission) -> bool:
    """Whether one of the person's roles has it."""
    return user.has_perm(permission.full_name)


def with_implied(*, permissions: Iterable[Permission]) -> frozenset[Permission]:
    """These, and what goes with them."""
    found = frozenset(permissions)
    while further := frozenset().union(*(IMPLIES.get(p, frozenset()) for p in found)) - found:
        found |= further
    return found


def missing_to_activate(*, granted: Collection[Permission]) -> tuple[Permission, ...]:
    """What else the activation wizard needs of somebody who may begin it with these."""
    if Permission.ACTIVATE_WITHOUT_MAPPING not in granted:
        return ()
    needed = (*TO_ACTIVATE, Permission.VIEW_IDENTITY_GRAPH)
    return tuple(permission for permission in needed if permission not in granted)


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
