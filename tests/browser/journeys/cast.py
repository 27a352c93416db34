"""Fills an installation with the demo's people, colleagues, and destinations nobody used yet.

Run with the installation's environment it prints `{"sessions": {name: cookie}, "destinations":
[uuid, ...]}`: who is signed in, and what is there to set up.
"""

import json
import sys
from importlib import import_module

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.utils import timezone  # noqa: E402

from activations.services import demo  # noqa: E402
from connections import accounts  # noqa: E402
from tests import factories  # noqa: E402

COLLEAGUES = ("ann", "bo")
DESTINATIONS = 30


def session(user: User) -> str:
    """The cookie of a browser in which the person is signed in."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


def main() -> None:
    demo.load(clock=timezone.now)
    people = [factories.UserFactory(username=name) for name in COLLEAGUES]
    account = factories.AccountFactory(name="Acme Sell")
    accounts.check(account_id=account.pk, at=timezone.now())
    destinations = [
        factories.DestinationFactory(
            name=f"Zendesk {number}", account=account, created_by=people[0]
        )
        for number in range(1, DESTINATIONS + 1)
    ]
    told = {
        "sessions": {user.get_username(): session(user) for user in people},
        "destinations": [str(destination.uuid) for destination in destinations],
    }
    json.dump(told, sys.stdout)


main()
