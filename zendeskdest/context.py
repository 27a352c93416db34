"""What every page shows around its content."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format

from zendeskdest import __version__

# Zendesk switches Sell off on this day.
SELL_ENDS_ON = date(2027, 8, 31)

NAVIGATION = (
    (
        "Destinations",
        "connections:catalog",
        "send",
        ("/destinations/", "/activations/", "/accounts/"),
    ),
    ("Audiences", "activations:audiences", "users", ("/audiences/",)),
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
        "nav_items": [
            NavItem(label, reverse(name), icon, request.path.startswith(below))
            for label, name, icon, below in NAVIGATION
        ],
        "zendesk_sandbox": settings.ZENDESK_SANDBOX,
        "sandbox_url": settings.ZENDESK_SELL_URL if settings.ZENDESK_SANDBOX else "",
        "sell_end_notice": sell_end_notice(today=timezone.now().date()),
        "version": __version__,
    }


def sell_end_notice(*, today: date) -> str:
    """How long Sell will be there."""
    days = (SELL_ENDS_ON - today).days
    day = date_format(SELL_ENDS_ON, "j F Y")
    if days < 0:
        return f"Zendesk Sell ended on {day}."
    return f"Zendesk Sell ends on {day}: {days} day{'' if days == 1 else 's'} left."
