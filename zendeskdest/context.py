"""What every page shows around its content."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format

from connections import access
from connections.queries import people
from zendeskdest import __version__

# Zendesk switches Sell off on this day.
SELL_ENDS_ON = date(2027, 8, 31)

# Label, URL name, icon, paths below which it is the current one.
NAVIGATION = (
    ("Overview", "overview", "layout-dashboard", ("/overview/",)),
    (
        "Destinations",
        "connections:catalog",
        "send",
        ("/destinations/", "/activations/", "/accounts/"),
    ),
    ("Audiences", "activations:audiences", "users", ("/audiences/",)),
    ("Profiles", "activations:people", "user-search", ("/profiles/",)),
    ("Monitoring", "activations:monitoring", "activity", ("/monitoring/",)),
    ("Alerts", "connections:alerts", "bell", ("/alerts/",)),
    ("Ingestion", "activations:ingestion", "database", ("/ingestion/",)),
    ("Policies", "activations:policies", "shield-check", ("/policies/",)),
    ("People", "connections:people", "user-cog", ("/people/",)),
    ("Audit log", "activations:audit-log", "scroll-text", ("/audit-log/",)),
)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the sidebar."""

    label: str
    url: str
    icon: str
    is_current: bool


def page(request: HttpRequest) -> dict[str, Any]:
    """The theme, navigation and notices of `base.html`."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in {"light", "dark"} else "",
        "nav_items": navigation(request),
        "may_activate": access.may_visit(user=_user(request), url_name="activations:choose"),
        "preferences": people.preferences(user=_user(request)),
        "zendesk_sandbox": settings.ZENDESK_SANDBOX,
        "sandbox_url": settings.ZENDESK_SELL_URL if settings.ZENDESK_SANDBOX else "",
        "sell_end_notice": sell_end_notice(today=timezone.now().date()),
        "version": __version__,
    }


def navigation(request: HttpRequest) -> list[NavItem]:
    """The pages of the sidebar that the person may see."""
    return [
        NavItem(label, reverse(name), icon, request.path.startswith(below))
        for label, name, icon, below in NAVIGATION
        if access.may_visit(user=_user(request), url_name=name)
    ]


def _user(request: HttpRequest) -> User | AnonymousUser:
    """Some requests are refused before anybody looks who sends them."""
    return getattr(request, "user", AnonymousUser())


def sell_end_notice(*, today: date) -> str:
    """How long Sell will be there."""
    days = (SELL_ENDS_ON - today).days
    day = date_format(SELL_ENDS_ON, "j F Y")
    if days < 0:
        return f"Zendesk Sell ended on {day}."
    return f"Zendesk Sell ends on {day}: {days} day{'' if days == 1 else 's'} left."
