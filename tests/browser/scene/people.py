"""Who works here: members of roles, somebody invited, somebody who left, keys of programs."""

from datetime import datetime, timedelta

from django.contrib.auth.models import User

from connections import acting, audit, people, roles, subscriptions
from connections.audit import Action, Kind
from connections.models import Alert, AuditEntry, Destination, Person
from connections.permissions import Permission
from connections.queries import roles as role_queries
from tests import factories
from tests.browser.scene.words import Say


def administrator(say: Say) -> User:
    """Whose browser it is; days begin for them when they do for everybody (UTC)."""
    user: User = factories.UserFactory(username=say("ann", 150), first_name=say("Ann", 150))
    Person.objects.create(user=user, time_zone="UTC")
    return user


def fill(say: Say, at: datetime) -> dict[str, object]:
    """Members, one of whom sees by label, an invitation, roles of our own."""
    role = roles.create(name=say("Campaign team", 150), permissions=[Permission.VIEW_ALERTS])
    member = factories.UserFactory(
        username=say("bo", 149), email="bo@example.org", is_superuser=False, last_login=at
    )
    member.groups.add(role)
    by_label = roles.create(name=say("No label", 147), permissions=list(Permission), labels=[])
    restricted = factories.UserFactory(username=say("kim", 147), is_superuser=False, last_login=at)
    restricted.groups.add(by_label)
    factories.UserFactory(username=say("eva", 148), is_superuser=False, is_active=False)
    group = role_queries.listing().exclude(pk=role.pk).first()
    assert group is not None
    invitation = people.invite(email="cy@example.org", groups=[group], at=at)
    _programs(say, at)
    return {"member": member, "restricted": restricted, "role": role, "invitation": invitation}


def _programs(say: Say, at: datetime) -> None:
    factories.ApiKeyFactory(name=say("CRM export", 100), last_used_at=at - timedelta(minutes=3))
    factories.ApiKeyFactory(name=say("Website", 99))
    factories.ApiKeyFactory(name=say("Retired", 98), revoked_at=at)
    for hours, code in ((1, ""), (1, "invalid-email"), (3, ""), (3, "no-identity"), (30, "")):
        start = (at - timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        factories.IngestHourFactory(started_at=start, code=code, count=1204 if not code else 17)


def notes(say: Say, at: datetime, ann: User, *, changed: Destination) -> AuditEntry:
    """What people, commands and the system did, of yesterday, then one with changed fields.

    Whoever changed a destination last stands in its rail.
    """
    factories.AuditEntryFactory(
        at=at - timedelta(hours=1),
        actor=say("ann", 150),
        action=Action.CHANGED,
        kind=Kind.DESTINATION,
        reference=str(changed.uuid),
        name=changed.name,
    )
    for number, action in enumerate(Action):
        kind = list(Kind)[number % len(Kind)]
        actor = ("person", ann) if number % 3 else ("command", None)
        factories.AuditEntryFactory(
            at=at - timedelta(days=1, minutes=number),
            actor_kind=actor[0],
            person=actor[1],
            actor=say("ann", 150) if actor[1] else "command apply",
            action=action,
            kind=kind,
            name=say("Newsletter readers", 300),
        )
    with acting.by(lambda: acting.person(ann)):
        audit.note(
            action=Action.CHANGED,
            kind=Kind.CONSENT_POLICY,
            name=say("Marketing by e-mail", 300),
            reference="consents.marketing",
            changes={
                "description": (say("Asked at sign-up", 400), say("Asked twice", 500)),
                "accepted": (["y"], ["y", "dy"]),
                say("labels", 200): (["C2"], []),
            },
        )
    return AuditEntry.objects.all()[0]


def alerts(
    say: Say, at: datetime, *, destination: Destination, rejected: Destination, person: User
) -> list[Alert]:
    """Open and over, of a destination and of an account; what was said of them, and to whom."""
    subscriptions.choose(
        destination=destination,
        person=person,
        choice=subscriptions.Choice(frozenset({"destination-flow-run-failure"}), has_email=True),
    )
    hook = factories.WebhookFactory(
        name=say("On-call", 200),
        url="https://hooks.example.org/" + ("alerts" if say("", 9) == "" else "x" * 1900),
    )
    stopped = factories.AlertFactory(
        destination=destination,
        message=say("Stopped after 20 identical rejections in a row.", 5000),
        triggered_at=at - timedelta(hours=2),
    )
    refused = factories.AlertFactory(
        destination=None,
        account=rejected.account,
        code="account-rejected",
        message=say("Zendesk refused the token.", 5000),
        triggered_at=at - timedelta(hours=5),
    )
    over = factories.AlertFactory(
        destination=destination,
        code="destination-flow-run-failure",
        message=say("12 of 1,204 identities failed in the run.", 5000),
        triggered_at=at - timedelta(hours=9),
        resolved_at=at - timedelta(hours=7),
        resolved_by=person,
    )
    for number, alert in enumerate((stopped, refused, over)):
        factories.NotificationFactory(
            alert=alert, person=person, shown_at=at, read_at=at if number == 2 else None
        )
        state = ("waiting", "given-up", "sent")[number]
        factories.MessageFactory(
            alert=alert,
            occasion="triggered",
            person=None,
            webhook=hook,
            state=state,
            attempts=number,
            problem=say("It answered 500.", 300) if state != "sent" else "",
            settled_at=None if state == "waiting" else at,
        )
    return [stopped, refused, over]
