"""A request to every address that changes something, with what the audit log is to say of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activations.models import Activation
from activations.services import drafts
from connections import people, roles, sign_in
from connections.activation_triggers import CODES
from connections.models import Destination
from connections.permissions import Permission
from tests import factories
from tests.pages import opened

FAILURE = "destination-flow-run-failure"
OTHER = "another long enough sentence"
CONSENT = {
    "name": "Marketing",
    "marketing_actions": ["analytics"],
    "labels": ["C2"],
    "label_match": "any",
    "path": "consents.marketing.any.val",
    "accepted": "y",
}
POLICY = {
    "name": "No third parties",
    "marketing_actions": ["analytics"],
    "labels": ["C2"],
    "label_match": "any",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """The person who posts, and an enabled destination whose account the simulator knows."""

    client: Client
    user: User
    destination: Destination

    def marked(self, url: str, /, **typed: Any) -> tuple[str, dict[str, Any]]:
        """To a form as it was opened."""
        return url, {**typed, **opened.mark(self.client, url)}

    def activation(self) -> Activation:
        """Of an audience that was sent long ago."""
        row = factories.ActivationFactory(
            destination=self.destination,
            mapping_id="VIP audience",
            backfilled_at=timezone.now() - timedelta(days=2),
        )
        Activation.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=3))
        return row  # type: ignore[no-any-return]


Posted = tuple[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """`told`: action and kind of the entry, as the files have them."""

    told: tuple[str, str]
    ask: Callable[[Scene], Posted]
    headers: dict[str, str] = field(default_factory=dict)
    is_stranger: bool = False


def _to(name: str, /, *args: Any, **typed: Any) -> Posted:
    return reverse(name, args=args), typed


def _connect(scene: Scene) -> Posted:
    draft = factories.DestinationFactory(name="", account=None, status="draft")
    account = scene.destination.account
    assert account is not None
    return _to("connections:connect", draft.uuid, mode="existing", account=account.uuid)


def _details(scene: Scene) -> Posted:
    draft = factories.DestinationFactory(name="", status="draft")
    return _to("connections:details", draft.uuid, name="New", activation_triggers=CODES)


def _resume(scene: Scene) -> Posted:
    return _to("connections:resume", factories.DestinationFactory(status="error").uuid)


def _edit(name: str) -> Callable[[Scene], Posted]:
    def ask(scene: Scene) -> Posted:
        url = reverse(f"activations:destination-{name}", args=[scene.destination.uuid])
        return scene.marked(url, name="Another", activation_triggers=CODES)

    return ask


def _rename(scene: Scene) -> Posted:
    url = reverse("connections:rename", args=[scene.destination.uuid])
    page = scene.client.get(url, headers={"HX-Request": "true"})
    return url, {"name": "Another", "seen": page.context["form"]["seen"].value()}


def _subscribers(scene: Scene) -> Posted:
    url, typed = _to("connections:alert-subscribers", FAILURE)
    query = f"?destination={scene.destination.uuid}"
    return url + query, {"asked": scene.user.pk, "listening": scene.user.pk}


def _account_edit(scene: Scene) -> Posted:
    assert scene.destination.account is not None
    url = reverse("connections:account-edit", args=[scene.destination.account.uuid])
    return scene.marked(url, name="Another")


def _token(scene: Scene) -> Posted:
    assert scene.destination.account is not None
    uuid = scene.destination.account.uuid
    return _to("connections:account-token", uuid, token=factories.TOKEN)


def _newcomer() -> User:
    return people.invite(email="cy@example.org", groups=[], at=timezone.now()).user


def _person_roles(scene: Scene) -> Posted:
    role = roles.create(name="Viewer", permissions=[Permission.VIEW_ALERTS])
    person = factories.member(Permission.VIEW_ALERTS)
    url = reverse("connections:person-roles", args=[person.pk])
    return scene.marked(url, roles=[role.pk])


def _role() -> Group:
    return roles.create(name="Viewer", permissions=[Permission.VIEW_ALERTS])


def _welcome(scene: Scene) -> Posted:
    newcomer = User.objects.create_superuser(username="admin", password=None)
    scene.client.force_login(newcomer)
    typed = {"username": "dee", "new_password1": OTHER, "new_password2": OTHER}
    return _to("welcome", **typed)


def _link(scene: Scene) -> Posted:
    return _to("sign-in-link", sign_in.create(user=scene.user, at=timezone.now()))


def _stop(scene: Scene) -> Posted:
    job = factories.ResendFactory(destination=scene.destination)
    return _to("activations:activate-now-stop", scene.destination.uuid, job.uuid)


def _retry(scene: Scene) -> Posted:
    factories.DeliveryFactory(destination=scene.destination, state="failed", code="zendesk-422")
    return _to("activations:retry", scene.destination.uuid)


def _chosen(name: str) -> Callable[[Scene], Posted]:
    def ask(scene: Scene) -> Posted:
        return _to(name, scene.destination.uuid, chosen=scene.activation().pk)

    return ask


def _draft(scene: Scene, name: str, /, **typed: Any) -> Posted:
    """One that can be finished, with one member in its audience."""
    person = {"person": {"name": {"lastName": "Ek"}}}
    profile = factories.ProfileFactory(email="ann@example.org", attributes=person)
    member = factories.MembershipFactory(profile=profile)
    draft = drafts.open_for(destination=scene.destination, person=scene.user)
    day = timezone.now().date().isoformat()
    row = {"audience": member.audience_id, "mapping_id": "VIP audience", "start_on": day}
    draft.audiences = [{**row, "end_on": ""}]
    draft.save()
    return _to(f"activations:{name}", draft.uuid, profile=profile.pk, **typed)


def _upload(scene: Scene) -> Posted:
    file = SimpleUploadedFile("customers.csv", b"email;tier\nann@example.org;gold\n")
    answer = scene.client.post(reverse("activations:upload-new"), {"file": file})
    return answer["Location"], {"email": "0", "name": "VIP", "expiry_days": "30", "path-1": ""}


def _upload_new(scene: Scene) -> Posted:
    file = SimpleUploadedFile("customers.csv", b"email;tier\nann@example.org;gold\n")
    return _to("activations:upload-new", file=file)


def _audience_name(scene: Scene) -> Posted:
    url = reverse("activations:audience-name", args=[factories.AudienceFactory(name="Old").uuid])
    return scene.marked(url, name="Another")


def _consent_toggle(scene: Scene) -> Posted:
    policy = factories.ConsentPolicyFactory(status="draft")
    page = scene.client.get(reverse("activations:consent-policy", args=[policy.uuid]))
    confirmed = page.context["confirmation"]
    return _to("activations:consent-policy-toggle", policy.uuid, is_on="on", confirmed=confirmed)


def _edited(name: str, row: Any, key: str, /, **typed: Any) -> Callable[[Scene], Posted]:
    """The form of a row that `row` makes."""

    def ask(scene: Scene) -> Posted:
        return scene.marked(reverse(name, args=[getattr(row(), key)]), **typed)

    return ask


def _about(name: str, row: Any, key: str, /, **typed: Any) -> Callable[[Scene], Posted]:
    """An address of a row that `row` makes."""
    return lambda scene: _to(name, getattr(row(), key), **typed)


def _of_destination(name: str, /, **typed: Any) -> Callable[[Scene], Posted]:
    return lambda scene: _to(name, scene.destination.uuid, **typed)


def _draft_policy() -> Any:
    return factories.PolicyFactory(status="draft")


def _draft_consent_policy() -> Any:
    return factories.ConsentPolicyFactory(status="draft")


def _running() -> Any:
    return factories.UploadFactory(status="draft")


CONNECTIONS = {
    "connections:connect": Case(("changed", "destination"), _connect),
    "connections:details": Case(("set-up", "destination"), _details),
    "connections:toggle": Case(
        ("disabled", "destination"), _of_destination("connections:toggle", is_on="off")
    ),
    "connections:resume": Case(("resumed", "destination"), _resume),
    "connections:rename": Case(("changed", "destination"), _rename, {"HX-Request": "true"}),
    "connections:subscribe": Case(
        ("subscribed", "destination"), _of_destination("connections:subscribe", rules=[FAILURE])
    ),
    "connections:alert-resolve": Case(
        ("resolved", "alert"),
        _about("connections:alert-resolve", lambda: factories.AlertFactory(code=FAILURE), "pk"),
    ),
    "connections:alert-toggle": Case(
        ("disabled", "alert-rule"),
        lambda scene: _to("connections:alert-toggle", FAILURE, is_on="off"),
    ),
    "connections:alert-threshold": Case(
        ("changed", "alert-rule"),
        lambda scene: scene.marked(f"/alerts/rules/{FAILURE}/threshold/", threshold="7"),
    ),
    "connections:alert-subscribers": Case(("subscribed", "destination"), _subscribers),
    "connections:webhook-new": Case(
        ("created", "webhook"),
        lambda scene: _to(
            "connections:webhook-new",
            name="On-call",
            url="https://hooks.example.org/a",
            rules=[FAILURE],
        ),
    ),
    "connections:webhook-secret": Case(
        ("secret-replaced", "webhook"),
        _about("connections:webhook-secret", factories.WebhookFactory, "uuid"),
    ),
    "connections:webhook-delete": Case(
        ("deleted", "webhook"),
        _about("connections:webhook-delete", factories.WebhookFactory, "uuid"),
    ),
    "connections:account-edit": Case(("changed", "account"), _account_edit),
    "connections:account-token": Case(("token-replaced", "account"), _token),
    "connections:account-delete": Case(
        ("deleted", "account"),
        _about("connections:account-delete", factories.AccountFactory, "uuid"),
    ),
}
PEOPLE = {
    "connections:person-invite": Case(
        ("invited", "person"),
        lambda scene: _to("connections:person-invite", email="cy@example.org"),
    ),
    "connections:person-roles": Case(("changed", "person"), _person_roles),
    "connections:person-link": Case(
        ("invitation-renewed", "person"), _about("connections:person-link", _newcomer, "pk")
    ),
    "connections:person-revoke": Case(
        ("revoked", "person"), _about("connections:person-revoke", _newcomer, "pk")
    ),
    "connections:person-deactivate": Case(
        ("deactivated", "person"),
        _about("connections:person-deactivate", factories.UserFactory, "pk"),
    ),
    "connections:person-reactivate": Case(
        ("reactivated", "person"),
        _about(
            "connections:person-reactivate", lambda: factories.UserFactory(is_active=False), "pk"
        ),
    ),
    "connections:role-new": Case(
        ("created", "role"), lambda scene: _to("connections:role-new", name="Viewer")
    ),
    "connections:role": Case(
        ("changed", "role"), _edited("connections:role", _role, "pk", name="Another")
    ),
    "connections:role-delete": Case(
        ("deleted", "role"), _about("connections:role-delete", _role, "pk")
    ),
    "connections:settings": Case(
        ("changed", "person"), lambda scene: scene.marked("/settings/", username="another")
    ),
    "connections:settings-password": Case(
        ("password-changed", "person"),
        lambda scene: _to(
            "connections:settings-password",
            old_password=factories.PASSWORD,
            new_password1=OTHER,
            new_password2=OTHER,
        ),
    ),
    "login": Case(
        ("signed-in", "person"),
        lambda scene: _to("login", username=scene.user.get_username(), password=factories.PASSWORD),
        is_stranger=True,
    ),
    "sign-in-link": Case(("signed-in", "person"), _link, is_stranger=True),
    "logout": Case(("signed-out", "person"), lambda scene: _to("logout")),
    "welcome": Case(("password-changed", "person"), _welcome),
}
SENDING = {
    "activations:activate-now": Case(
        ("activated-now", "destination"), _chosen("activations:activate-now")
    ),
    "activations:activate-now-stop": Case(("stopped", "destination"), _stop),
    "activations:remove-audiences": Case(
        ("changed", "destination"), _chosen("activations:remove-audiences")
    ),
    "activations:retry": Case(("retried", "destination"), _retry),
    "activations:destination-edit": Case(("changed", "destination"), _edit("edit")),
    "activations:destination-settings": Case(("changed", "destination"), _edit("settings")),
    "activations:delete": Case(("deleted", "destination"), _of_destination("activations:delete")),
    "activations:draft-test": Case(
        ("sent-one", "destination"), lambda scene: _draft(scene, "draft-test")
    ),
    "activations:draft-finish": Case(
        ("activated", "destination"), lambda scene: _draft(scene, "draft-finish")
    ),
    "activations:upload-new": Case(("created", "upload"), _upload_new),
    "activations:upload": Case(("started", "upload"), _upload),
    "activations:upload-cancel": Case(
        ("cancelled", "upload"), _about("activations:upload-cancel", _running, "uuid")
    ),
    "activations:upload-delete": Case(
        ("deleted", "upload"), _about("activations:upload-delete", _running, "uuid")
    ),
    "activations:audience-name": Case(("changed", "audience"), _audience_name),
    "activations:audience-delete": Case(
        ("deleted", "audience"),
        _about("activations:audience-delete", factories.AudienceFactory, "uuid"),
    ),
    "activations:ingestion-api": Case(
        ("created", "api-key"), lambda scene: _to("activations:ingestion-api", name="crm")
    ),
    "activations:api-key-revoke": Case(
        ("revoked", "api-key"),
        _about("activations:api-key-revoke", factories.ApiKeyFactory, "pk"),
    ),
}
GOVERNANCE = {
    "activations:policy-new": Case(
        ("created", "policy"), lambda scene: _to("activations:policy-new", **POLICY)
    ),
    "activations:policy-edit": Case(
        ("changed", "policy"),
        _edited("activations:policy-edit", factories.PolicyFactory, "uuid", **POLICY),
    ),
    "activations:policy-toggle": Case(
        ("enabled", "policy"),
        _about("activations:policy-toggle", _draft_policy, "uuid", is_on="on"),
    ),
    "activations:policy-delete": Case(
        ("deleted", "policy"), _about("activations:policy-delete", _draft_policy, "uuid")
    ),
    "activations:consent-policy-new": Case(
        ("created", "consent-policy"),
        lambda scene: _to("activations:consent-policy-new", **CONSENT),
    ),
    "activations:consent-policy-edit": Case(
        ("changed", "consent-policy"),
        _edited("activations:consent-policy-edit", _draft_consent_policy, "uuid", **CONSENT),
    ),
    "activations:consent-policy-toggle": Case(("enabled", "consent-policy"), _consent_toggle),
    "activations:consent-policy-delete": Case(
        ("deleted", "consent-policy"),
        _about("activations:consent-policy-delete", _draft_consent_policy, "uuid"),
    ),
    "activations:labels-new": Case(
        ("created", "labels"),
        lambda scene: _to("activations:labels-new", path="loyalty.tier", labels=["C2"]),
    ),
    "activations:labels-edit": Case(
        ("changed", "labels"),
        _edited("activations:labels-edit", factories.LabeledAttributeFactory, "pk", labels=["C4"]),
    ),
    "activations:labels-delete": Case(
        ("deleted", "labels"),
        _about("activations:labels-delete", factories.LabeledAttributeFactory, "pk"),
    ),
    "activations:audience-about": Case(
        ("changed", "audience"),
        _edited("activations:audience-about", factories.AudienceFactory, "uuid", tags="Spring"),
    ),
    "activations:audience-labels": Case(
        ("changed", "audience"),
        _edited("activations:audience-labels", factories.AudienceFactory, "uuid", labels=["C4"]),
    ),
    "activations:custom-label-new": Case(
        ("created", "custom-label"),
        lambda scene: _to("activations:custom-label-new", name="BANK-1", friendly_name="Bank"),
    ),
    "activations:custom-label": Case(
        ("changed", "custom-label"),
        _edited(
            "activations:custom-label", factories.CustomLabelFactory, "pk", friendly_name="Other"
        ),
    ),
    "activations:custom-label-delete": Case(
        ("deleted", "custom-label"),
        _about("activations:custom-label-delete", factories.CustomLabelFactory, "pk"),
    ),
}
CASES = {**CONNECTIONS, **PEOPLE, **SENDING, **GOVERNANCE}

# Addresses that take POST and leave no entry, each with the reason.
_OWN_DRAFT = "a draft of one person changes nothing that is sent; finishing it is noted"
_LOOKS = "only looks something up: no address of ours names a person"
_READ = "what one person has read of their messages"
UNTOLD = {
    "theme": "a cookie of one browser",
    "api:profiles": "profiles, not the installation; they are counted under Ingestion",
    "connections:new": "an empty draft; connecting it and setting it up are noted",
    "connections:account-check": "asks Zendesk; what it answers is no decision of a person",
    "connections:alert-test-email": "a test message to oneself",
    "connections:webhook-test": "a test message",
    **{f"connections:bell-{name}": _READ for name in ("read-all", "read", "remind", "follow")},
    "activations:profiles": _LOOKS,
    "activations:people": _LOOKS,
    "activations:search": _LOOKS,
    "activations:draft-preview": _LOOKS,
    "activations:activate": _OWN_DRAFT,
    "activations:draft-audiences": _OWN_DRAFT,
    "activations:draft-mapping": _OWN_DRAFT,
    "activations:draft-schedule": _OWN_DRAFT,
    "activations:draft-take-in": _OWN_DRAFT,
    "activations:draft-discard": _OWN_DRAFT,
    "activations:draft-read-fields": "reads the fields of the account anew",
}
