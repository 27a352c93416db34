"""Fills an installation with the demo's people, colleagues, and destinations nobody used yet.

Run with the installation's environment it prints `{"sessions": {name: cookie}, "destinations":
[uuid, ...], "addresses": {route: path}}`: who is signed in, what is there to set up, and where
pages stand whose address has parameters.
"""

import json
import sys
from importlib import import_module

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from activations.models import Audience  # noqa: E402
from activations.services import demo  # noqa: E402
from connections import accounts, roles  # noqa: E402
from connections.alert_rules import FAILURE  # noqa: E402
from connections.permissions import Permission  # noqa: E402
from tests import factories  # noqa: E402

# Fay is for settings that would follow the others from test to test.
COLLEAGUES = ("ann", "bo", "fay")
DESTINATIONS = 30
# More audiences than a page shows; they come after those of the demo.
ZONES = 30
OF_A_DESTINATION = (
    "activations:destination-edit",
    "connections:subscribe",
    "activations:destination-settings",
    "activations:profiles",
)


def session(user: User) -> str:
    """The cookie of a browser in which the person is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def addresses() -> dict[str, str]:
    """Of what nobody changes: mistakes are made there."""
    account = factories.AccountFactory(name="Old shop")
    outlet = factories.DestinationFactory(name="Outlet", account=account)
    factories.ApiKeyFactory(name="CRM export")
    role = roles.create(name="Campaign team", permissions=[Permission.VIEW_ALERTS])
    member = factories.UserFactory(username="eva", is_superuser=False)
    found = {
        **dict.fromkeys(("connections:account-edit", "connections:account-token"), account.uuid),
        **dict.fromkeys(OF_A_DESTINATION, outlet.uuid),
        "activations:audience-about": Audience.objects.get(name="VIP customers").uuid,
        "connections:alert-threshold": FAILURE,
        "connections:person-roles": member.pk,
        "connections:role": role.pk,
    }
    return {route: reverse(route, args=[key]) for route, key in found.items()}


def sending() -> dict[str, str]:
    """Pages of a destination that sent an audience once, with problems; nothing works it off."""
    destination = factories.DestinationFactory(name="Long in use")
    factories.map_mandatory(destination)
    factories.ActivationFactory(
        destination=destination,
        audience=Audience.objects.get(name="VIP customers"),
        backfilled_at=timezone.now(),
    )
    for state in ("failed", "failed", "delivered"):
        factories.DeliveryFactory(
            destination=destination,
            state=state,
            code="zendesk-409" if state == "failed" else "",
            delivered_seq=int(state == "delivered"),
        )
    pages = ("activations:destination-data", "activations:destination-problems")
    return {page: reverse(page, args=[destination.uuid]) for page in pages}


def main() -> None:
    demo.load(clock=timezone.now)
    for number in range(1, ZONES + 1):
        factories.AudienceFactory(name=f"Zone {number:02}")
    people = [factories.UserFactory(username=name) for name in COLLEAGUES]
    factories.UserFactory(username="cy", email="cy@example.org", is_superuser=False)
    newcomer = User.objects.create_superuser(username="admin", password=None)
    account = factories.AccountFactory(name="Acme Sell")
    accounts.check(account_id=account.pk, at=timezone.now())
    destinations = [
        factories.DestinationFactory(
            name=f"Zendesk {number}", account=account, created_by=people[0]
        )
        for number in range(1, DESTINATIONS + 1)
    ]
    told = {
        "sessions": {
            **{user.get_username(): session(user) for user in people},
            "newcomer": session(newcomer),
        },
        "addresses": addresses() | sending(),
        "destinations": [str(destination.uuid) for destination in destinations],
    }
    json.dump(told, sys.stdout)


main()
