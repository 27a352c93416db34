"""System checks that refuse a dangerous configuration before anything runs."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from connections import access, encryption
from connections.webhook_hosts import HostList

# The tag of these checks: commands run them and leave those of the source to `make check`.
CONFIGURATION = "configuration"
# The check of every view, which has to load them all.
ACCESS = "access"
LOOPBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}


@register(CONFIGURATION)
def check_zendesk_address(**kwargs: Any) -> list[CheckMessage]:
    """Plain http only towards a simulator on this machine, and only when told that it is one."""
    try:
        url = urlsplit(settings.ZENDESK_SELL_URL)
    except ValueError:
        url = urlsplit("")
    is_loopback = url.hostname in LOOPBACK_HOSTS
    has_more = bool(url.username or url.password or url.query or url.fragment)
    if url.scheme not in {"http", "https"} or not url.hostname or has_more:
        return [
            Error(
                "ZENDESK_SELL_URL is not an address of the form https://host.",
                hint=f"Use {settings.ZENDESK_SELL_API} or leave it unset.",
                id="connections.E001",
            )
        ]
    if url.scheme == "http" and not (settings.ZENDESK_SANDBOX and is_loopback):
        return [
            Error(
                "ZENDESK_SELL_URL is plain http: tokens would travel unprotected.",
                hint="Use https, or set ZENDESK_SANDBOX=1 for a simulator on this machine.",
                id="connections.E002",
            )
        ]
    if settings.ZENDESK_SANDBOX and url.hostname == urlsplit(settings.ZENDESK_SELL_API).hostname:
        return [
            Error(
                "ZENDESK_SANDBOX=1 says simulator, but ZENDESK_SELL_URL is the real Zendesk.",
                hint="Set ZENDESK_SELL_URL to the simulator, or ZENDESK_SANDBOX=0.",
                id="connections.E003",
            )
        ]
    return []


@register(CONFIGURATION)
def check_pacing(**kwargs: Any) -> list[CheckMessage]:
    """No pacing is for simulators: the real API answers a burst with a ban for everybody."""
    rate = settings.ZENDESK_REQUESTS_PER_SECOND
    if rate < 0 or (rate == 0 and not settings.ZENDESK_SANDBOX):
        return [
            Error(
                "ZENDESK_REQUESTS_PER_SECOND must be above 0 unless ZENDESK_SANDBOX=1.",
                hint="Leave it unset: 8.47 keeps below 10 requests in any second.",
                id="connections.E004",
            )
        ]
    return []


@register(CONFIGURATION)
def check_delivery_times(**kwargs: Any) -> list[CheckMessage]:
    """A lease must outlive a request, or a second worker starts while the first still sends."""
    deadline = settings.DELIVERY_DEADLINE_SECONDS
    lease = settings.DELIVERY_LEASE_SECONDS
    if deadline <= 0 or settings.DELIVERY_SETTLE_SECONDS < 0 or lease <= deadline:
        return [
            Error(
                "DELIVERY_LEASE_SECONDS must be longer than DELIVERY_DEADLINE_SECONDS, "
                "and neither may be negative.",
                hint="The defaults are 90 and 30.",
                id="connections.E005",
            )
        ]
    return []


@register(CONFIGURATION)
def check_encryption_keys(**kwargs: Any) -> list[CheckMessage]:
    """An unusable key is found at start, not at the first token."""
    try:
        encryption.check_key_ring()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), hint="See .env.example.", id="connections.E006")]
    return []


@register(ACCESS)
def check_access(**kwargs: Any) -> list[CheckMessage]:
    """Every address says who may use it: forgetting that must not open a door."""
    return [
        Error(
            f"The view of /{route.pattern} declares no access.",
            hint=(
                "Write @requires(Permission.VIEW_DESTINATIONS) or whatever it needs above "
                f"{route.place}; @open_to_members or @open_to_everybody where nothing is needed "
                "(connections/permissions.py)."
            ),
            obj=route.name,
            id="connections.E007",
        )
        for route in access.routes()
        if route.access is None
    ]


def refuse_undeclared() -> None:
    """For the web process at its start. Raises ImproperlyConfigured."""
    problems = run_checks(tags=[ACCESS])
    if problems:
        raise ImproperlyConfigured("\n".join(map(str, problems)))


@register(CONFIGURATION)
def check_webhook_hosts(**kwargs: Any) -> list[CheckMessage]:
    """A list that cannot be read would switch webhooks off without a word."""
    try:
        HostList.read(settings.WEBHOOK_HOSTS)
    except ValueError as problem:
        return [
            Error(
                f"WEBHOOK_HOSTS cannot be read: {problem}.",
                hint="hooks.example.org, hooks.example.org:8443, 10.1.0.0/16",
                id="connections.E020",
            )
        ]
    return []
