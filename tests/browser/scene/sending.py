"""What is sent where: accounts, destinations in every state, audiences, deliveries and runs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from activations.models import Activation, Audience, Delivery
from activations.terms import LONGEST_TAG
from connections.models import Destination
from tests import factories
from tests.browser.scene.words import Say

CODES = (
    ("failed", "zendesk-422-incorrect_value"),
    ("failed", "zendesk-409"),
    ("excluded", "invalid-email"),
    ("excluded", "missing-last-name"),
    ("waiting", "network"),
    ("pending", ""),
    ("leased", ""),
    ("delivered", ""),
)


@dataclass(frozen=True, slots=True)
class Destinations:
    """One in each state a destination can be seen in."""

    busy: Destination
    quiet: Destination
    stopped: Destination
    disabled: Destination
    rejected: Destination
    draft: Destination
    connected_draft: Destination


def destinations(say: Say, at: datetime) -> Destinations:
    account = factories.AccountFactory(
        name=say("Acme Sell", 200),
        description=say("Contacts of the support team", 5000),
        zendesk_user_name=say("Ann Ek", 255),
        zendesk_account_name=say("Acme Retail", 255),
        zendesk_account_id=4711,
        contact_fields=_fields(say),
        contact_fields_at=at,
        checked_at=at,
    )
    rejected = factories.AccountFactory(
        name=say("Old shop", 199),
        status="rejected",
        problem_code="zendesk-401",
        problem=say("Zendesk refused the token (401).", 5000),
        checked_at=at,
    )
    factories.AccountFactory(name=say("Not used", 198), status="unchecked", checked_at=None)
    named = {"description": say("Contacts for the support team", 5000)}
    return Destinations(
        busy=factories.DestinationFactory(name=say("Zendesk CRM", 200), account=account, **named),
        quiet=factories.DestinationFactory(name=say("Newly set up", 199), account=account),
        stopped=factories.DestinationFactory(
            name=say("Outlet", 198),
            account=account,
            status="error",
            problem_code="zendesk-422",
            problem=say("Stopped after 20 identical rejections in a row.", 5000),
        ),
        disabled=factories.DestinationFactory(
            name=say("Winter sale", 197), account=account, status="disabled"
        ),
        rejected=factories.DestinationFactory(name=say("Shop", 196), account=rejected),
        draft=factories.DestinationFactory(name="", account=None, status="draft"),
        connected_draft=factories.DestinationFactory(name="", account=account, status="draft"),
    )


def audiences(say: Say, at: datetime) -> list[Audience]:
    """With members over some days; one that nobody has named yet."""
    named = [
        factories.AudienceFactory(
            name=say(name, 255),
            external_id=say(f"id-{number}", 255),
            description=say("Bought in each of the last three months", 4000),
            tags=[say("Nordics", LONGEST_TAG), say(f"Team {number}", LONGEST_TAG)],
        )
        for number, name in enumerate(("VIP customers", "Newsletter readers", "Churn risk"))
    ]
    unnamed = factories.AudienceFactory(name="", external_id=say("2f8c-unnamed", 255))
    for audience in (*named, unnamed):
        for days in range(3):
            on = (at - timedelta(days=days)).date()
            factories.AudienceDayFactory(
                audience=audience, on=on, realized=1204 - days, exited=days, counted_at=at
            )
    return [*named, unnamed]


def activate(destination: Destination, chosen: list[Audience], say: Say, at: datetime) -> None:
    """The mandatory mappings and some more; one audience is over, one has not begun."""
    factories.map_mandatory(
        destination,
        first_name="person.name.firstName",
        description=say("loyalty.tier", 400).replace("\n", " "),
    )
    for number, audience in enumerate(chosen):
        activation: Activation = factories.ActivationFactory(
            destination=destination,
            audience=audience,
            mapping_id=say(f"Audience field {number}", 255),
            start_on=(at + timedelta(days=number - 1)).date(),
            backfilled_at=at if number == 0 else None,
        )
        factories.BackfillFactory(activation=activation, created_at=at)


def profiles(destination: Destination, chosen: list[Audience], say: Say, at: datetime) -> None:
    """One for each state of a delivery, each with a request to look at."""
    for number, (state, code) in enumerate(CODES):
        profile = factories.ProfileFactory(
            email=say(f"person{number}", 300).lower() + "@example.org",
            attributes=_attributes(say),
            created_at=at,
            updated_at=at,
        )
        factories.MembershipFactory(profile=profile, audience=chosen[0], last_qualified_at=at)
        delivery = _delivery(destination, profile, state, code, say, at)
        factories.AttemptFactory(
            delivery=delivery,
            started_at=at - timedelta(minutes=5),
            deadline_at=at,
            outcome="written" if state == "delivered" else "rejected",
            http_status=200 if state == "delivered" else 422,
            code=code,
            request_id=say("req-1", 100),
        )


def runs(destination: Destination, chosen: list[Audience], at: datetime) -> None:
    for hours in range(30):
        start = (at - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        factories.DataflowRunFactory(
            destination=destination,
            started_at=start,
            profiles_received=1204 + hours,
            identities_activated=1100 + 7 * hours % 90,
            identities_excluded=hours % 7,
            identities_failed=hours % 5,
            requests_sent=1200,
        )
        for audience in chosen[:2]:
            factories.AudienceRunFactory(
                destination=destination,
                audience=audience,
                started_at=start,
                activated=550 + hours,
                excluded=hours % 3,
                failed=hours % 5,
            )


def _delivery(
    destination: Destination, profile: Any, state: str, code: str, say: Say, at: datetime
) -> Delivery:
    more: dict[str, Any] = {"delivered_seq": 1, "delivered_at": at} if state == "delivered" else {}
    delivery: Delivery = factories.DeliveryFactory(
        destination=destination,
        profile=profile,
        state=state,
        code=code,
        detail=say("Zendesk: the value is not in the list.", 500) if code else "",
        contact_id=4711,
        attempts=1,
        lease_until=at + timedelta(minutes=1) if state == "leased" else None,
        next_attempt_at=at,
        updated_at=at,
        **more,
    )
    return delivery


def _attributes(say: Say) -> dict[str, Any]:
    return {
        "person": {"name": {"firstName": say("Ann", 300), "lastName": say("Ek", 5000)}},
        "loyalty": {"tier": say("gold", 5000), "points": 1204},
        say("homeAddress", 200): {"city": say("Malmö", 5000), "lines": [say("1", 300), None]},
    }


def _fields(say: Say) -> list[dict[str, Any]]:
    statuses = ["realized", "existing", "exited"]
    shape = {"for_contact": True, "for_organisation": False}
    return [
        *(
            {**shape, "id": number, "name": say(f"Audience field {number}", 255), "type": "list"}
            | {"choices": statuses}
            for number in range(3)
        ),
        {**shape, "id": 9, "name": say("Loyalty tier", 255), "type": "string", "choices": []},
    ]
