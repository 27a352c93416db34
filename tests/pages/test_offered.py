"""A page offers what the server lets its reader do: no link and no button into a refusal."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from pytest_django import Settings

from activations.services import drafts
from connections import destinations
from connections.models import Destination
from connections.permissions import TO_ACTIVATE, Permission, may, with_implied
from tests import factories
from tests.browser import visits
from tests.browser.scene.__main__ import full
from tests.browser.scene.words import plain
from tests.pages import offers
from tests.pages.default_roles import ROLES

CAST = {
    **{name: [Permission(codename) for codename in names] for name, names in ROLES.items()},
    "no mapping": [*TO_ACTIVATE, Permission.VIEW_IDENTITY_GRAPH],
    "only destinations": [Permission.VIEW_DESTINATIONS],
    "only managing": [Permission.MANAGE_DESTINATIONS],
    "only activating": [Permission.ACTIVATE_DESTINATIONS],
    "only audiences": [Permission.VIEW_AUDIENCES],
    "only alerts": [Permission.VIEW_ALERTS],
    "nothing": [],
}


@pytest.fixture
def scene(destination: Destination) -> Destination:
    """Something of everything: failures to retry, a rejected account, a draft, alerts."""
    audience = factories.AudienceFactory()
    factories.ActivationFactory(destination=destination, audience=audience)
    for state, code in (("failed", "zendesk-422"), ("excluded", "no-email"), ("pending", "")):
        factories.DeliveryFactory(destination=destination, state=state, code=code)
    factories.DataflowRunFactory(destination=destination)
    factories.DestinationFactory(name="", account=None, status="draft")
    factories.DestinationFactory(
        name="Stopped", status="error", problem_code="zendesk-422", problem="Twenty in a row."
    )
    factories.DestinationFactory(
        name="Refused", account__status="rejected", account__problem="Token revoked."
    )
    factories.AccountFactory(name="Unused", status="rejected", problem="Token revoked.")
    destinations.disable(destination=factories.DestinationFactory(name="Paused"))
    return destination


DESTINATION_PAGES = (
    *("destination-detail", "destination-data", "destination-live", "destination-problems"),
    "browse-rail",
    "monitoring-destination",
)


def _pages(scene: Destination) -> list[str]:
    names = ["home", "connections:catalog", "connections:accounts", "connections:people"]
    names += ["activations:browse", "activations:choose", "activations:audiences"]
    names += ["connections:settings", "connections:roles", "overview", "activations:system"]
    names += ["activations:monitoring", "activations:people", "activations:ingestion"]
    names += ["activations:policies", "activations:labels", "activations:ingestion-api"]
    names += ["activations:consent-policies", "activations:audit-log"]
    names += ["connections:alerts", "connections:alert-history", "connections:bell-panel"]
    pages = [reverse(name) for name in names]
    pages += [
        reverse(f"connections:{n}", args=["zendesk"]) for n in ("catalog-rail", "documentation")
    ]
    for destination in Destination.objects.all():
        for name in DESTINATION_PAGES:
            pages.append(reverse(f"activations:{name}", args=[destination.uuid]))
        there = reverse("activations:monitoring-destination", args=[destination.uuid])
        pages.append(f"{there}?view=audiences")
        here = reverse("activations:profiles", args=[destination.uuid])
        pages.append(f"{here}?state=failed&code=zendesk-422")
    for activation in scene.activations.all():
        pages.append(reverse("activations:audience-detail", args=[activation.audience.uuid]))
    return pages


def _wizard(scene: Destination, user: User) -> list[str]:
    draft = drafts.open_for(destination=scene, person=user)
    steps = ("audiences", "mapping", "schedule", "review")
    return [reverse(f"activations:draft-{step}", args=[draft.uuid]) for step in steps]


@pytest.mark.parametrize("name", CAST)
def test_nothing_is_offered_that_would_be_refused(
    client: Client, scene: Destination, name: str
) -> None:
    user = factories.member(*with_implied(permissions=CAST[name]))
    client.force_login(user)
    seen, wrong = 0, set()
    for page in (*_pages(scene), *_wizard(scene, user)):
        answer = client.get(page, follow=True)
        assert answer.status_code in {200, 204, 403}, page
        for method, path in offers.of(html=answer.content.decode()):
            seen += 1
            needed = resolve(path).func.access.needed(method=method)  # type: ignore[attr-defined]
            if not all(may(user=user, permission=permission) for permission in needed):
                wrong.add(f"{page} offers {method} {path}")
    assert seen > 20
    assert sorted(wrong) == []


def test_who_lacks_one_permission_is_offered_nothing_that_needs_it(
    client: Client, db: None, settings: Settings, tmp_path: Path
) -> None:
    """On any page there is: what an administrator is offered there says who to look as."""
    settings.DATA_DIR = tmp_path
    settings.WEBHOOK_HOSTS = "hooks.example.org"
    there = full(plain, timezone.now())
    people = {permission: _all_but(permission) for permission in Permission}
    ann = User.objects.get(username="ann")
    client.force_login(ann)
    # What stands around every page was looked at above.
    around = _needed(client.get("/settings/"))
    wrong, looks = set(), 0
    for visit in visits.visits(objects=there["objects"], more=there["more"]):
        client.force_login(ann)
        offered = _needed(client.get(visit.path))
        for permission in set().union(*(offered[what] for what in offered.keys() - around)):
            client.force_login(people[permission])
            looks += 1
            wrong |= {
                f"{visit.route} offers {what} without {permission}"
                for what, needed in _needed(client.get(visit.path)).items()
                if permission in needed
            }
    assert looks > 300, looks
    assert sorted(wrong) == []


def _all_but(permission: Permission) -> User:
    """Nor what implies it."""
    others = [one for one in Permission if permission not in with_implied(permissions=[one])]
    return factories.member(*others)


def _needed(answer: Any) -> dict[str, frozenset[Permission]]:
    """What a page offers, and what that needs."""
    if answer.status_code != 200 or answer.streaming:
        return {}
    return {
        f"{method} {resolve(path).view_name}": resolve(path).func.access.needed(method=method)  # type: ignore[attr-defined]
        for method, path in offers.of(html=answer.content.decode())
    }
