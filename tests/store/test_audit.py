"""The audit log: written with the change it tells of or not at all, by whoever acts, no secrets."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db import IntegrityError, connection, transaction

from activations.services import activated, api_keys, labels, policies, upkeep
from activations.services.uploads import lifecycle
from connections import (
    account_records,
    accounts,
    acting,
    audit,
    destinations,
    marks,
    people,
    roles,
    sign_in,
    webhooks,
)
from connections.audit import Action, Kind
from connections.models import AuditEntry, DestinationStatus
from connections.permissions import Permission
from connections.queries import changes
from tests import factories
from tests.journeys import commands

pytestmark = pytest.mark.django_db
NEW_TOKEN = "another-token-of-the-tests-0123456789"


def told() -> list[tuple[str, str, str]]:
    """The newest last: what was done to what."""
    return [(entry.action, entry.kind, entry.name) for entry in reversed(AuditEntry.objects.all())]


def last() -> AuditEntry:
    entry = AuditEntry.objects.first()
    assert entry is not None
    return entry


def test_a_change_is_noted_with_what_it_is_about() -> None:
    destination = factories.DestinationFactory(name="Zendesk CRM")
    destinations.disable(destination=destination)
    entry = last()
    assert (entry.action, entry.kind, entry.name) == ("disabled", "destination", "Zendesk CRM")
    assert entry.reference == str(destination.uuid)
    assert abs(entry.at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_change_that_is_rolled_back_leaves_no_note() -> None:
    destination, noted = factories.DestinationFactory(), 0

    def disable_and_fail() -> None:
        nonlocal noted
        destinations.disable(destination=destination)
        noted = AuditEntry.objects.count()
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        disable_and_fail()
    assert (noted, AuditEntry.objects.count()) == (1, 0)


def test_a_change_without_its_note_is_none() -> None:
    """Whoever cannot write the note changes nothing: they are one transaction."""
    destination = factories.DestinationFactory()
    no_name: Any = None
    with acting.by(lambda: acting.Actor(no_name, "nobody")), pytest.raises(IntegrityError):
        destinations.disable(destination=destination)
    destination.refresh_from_db()
    assert destination.status == DestinationStatus.ENABLED


def test_what_is_saved_as_it_was_is_not_noted() -> None:
    destination = factories.DestinationFactory(name="Zendesk CRM")
    destinations.edit(destination=destination, values={"name": "Zendesk CRM"}, seen="")
    destinations.enable(destination=destination)
    assert told() == []


def test_changed_fields_have_old_and_new_values() -> None:
    account = factories.AccountFactory(name="Acme", description="Theirs")
    values = {"name": "Acme Sell", "description": "Theirs"}
    account_records.edit(account=account, values=values, seen=_seen(account, values))
    assert last().changes == [["name", "Acme", "Acme Sell"]]


def test_who_acts_is_kept_as_text_when_the_person_is_gone() -> None:
    ann = factories.UserFactory(username="ann")
    with acting.by(lambda: acting.person(ann)):
        destinations.disable(destination=factories.DestinationFactory())
    assert (last().person, last().actor, last().actor_kind) == (ann, "ann", "person")
    ann.delete()
    assert (last().person, last().actor) == (None, "ann")


def test_a_worker_is_the_system() -> None:
    destination = factories.DestinationFactory()
    destinations.stop(destination_id=destination.pk, code="identical-rejections", problem="Alike")
    assert (last().action, last().actor, last().actor_kind) == ("stopped", "system", "system")
    assert last().changes == [["problem", "", "identical-rejections"]]


def test_a_command_is_named() -> None:
    commands.run("create_api_key", "--name", "crm")
    assert (last().actor, last().actor_kind, last().person) == (
        "command create_api_key",
        "command",
        None,
    )
    assert acting.now() == acting.SYSTEM


def test_who_is_not_signed_in_is_said_to_be_that() -> None:
    assert acting.person(AnonymousUser()).name == "not signed in"


def test_no_secret_ever_comes_into_the_log() -> None:
    account = accounts.create(
        name="Acme", token=factories.TOKEN, verification=None, at=factories.NOON
    )
    accounts.replace_token(account=account, token=NEW_TOKEN, verification=None, at=factories.NOON)
    key = api_keys.create(name="crm")
    hook, secret = webhooks.create(
        name="On-call", url="https://hooks.example.org/s3cret/path", rules=["account-rejected"]
    )
    other = webhooks.renew_secret(webhook=hook)
    user = factories.UserFactory()
    link = sign_in.create(user=user, at=factories.NOON)
    invited = people.invite(email="cy@example.org", groups=[], at=factories.NOON)
    written = json.dumps(list(AuditEntry.objects.values("changes", "name", "reference", "actor")))
    assert AuditEntry.objects.count() == 7
    for hidden in (factories.TOKEN, NEW_TOKEN, key.text, secret, other, link, invited.secret):
        assert hidden not in written
    assert "s3cret" not in written
    assert user.password not in written


def test_an_own_address_is_said_to_be_replaced_and_not_told(user: User) -> None:
    values = {
        "username": "ann",
        "email": "secret@example.org",
        "time_zone": "Europe/Oslo",
        "has_shortcuts": True,
    }
    seen = _seen(people.people.own_settings(user_id=user.pk), values)
    people.save_settings(user=user, values=values, seen=seen)
    changes = {name: (old, new) for name, old, new in last().changes}
    assert changes["email"] == ("", "replaced")
    assert changes["time_zone"] == ("", "Europe/Oslo")


def test_a_destination_is_told_with_mappings_and_audiences_that_changed() -> None:
    destination = factories.DestinationFactory()
    row = factories.ActivationFactory(destination=destination, mapping_id="VIP audience")
    activated.remove(destination=destination, activation_ids=[row.pk], at=factories.NOON)
    ((name, old, new),) = last().changes
    assert name == f"audience {row.audience}"
    assert old.startswith("VIP audience (")
    assert new == ""


def test_objects_are_told_from_their_creation_to_their_end() -> None:
    role = roles.create(name="Viewer", permissions=[Permission.VIEW_ALERTS])
    policy = policies.create(values={"name": "No export", "labels": ["C2"]}, person=None)
    attribute = labels.put_on(path="loyalty.tier", codes=["C4"], person=None, at=factories.NOON)
    labels.take_off(attribute=attribute, at=factories.NOON)
    policies.delete(policy=policy)
    factories.member(Permission.MANAGE_PEOPLE)
    AuditEntry.objects.filter(kind=Kind.ROLE, name__startswith="Role of").delete()
    roles.delete(role=role)
    assert told() == [
        (Action.CREATED, Kind.ROLE, "Viewer"),
        (Action.CREATED, Kind.POLICY, "No export"),
        (Action.CREATED, Kind.LABELS, "loyalty.tier"),
        (Action.DELETED, Kind.LABELS, "loyalty.tier"),
        (Action.DELETED, Kind.POLICY, "No export"),
        (Action.DELETED, Kind.ROLE, "Viewer"),
    ]


def test_the_name_of_a_file_is_not_told() -> None:
    upload = factories.UploadFactory(file_name="anna-berg.csv", status="draft")
    lifecycle.cancel(upload=upload, at=factories.NOON)
    assert told() == [(Action.CANCELLED, Kind.UPLOAD, f"Upload {upload.pk}")]
    assert "anna" not in json.dumps(list(AuditEntry.objects.values("changes", "name")))


def test_long_and_many_values_are_cut() -> None:
    changes: dict[str, tuple[object, object]] = {f"field {n}": ("", n) for n in range(150)}
    audit.note(
        action=Action.CHANGED, kind=Kind.ACCOUNT, name="n" * 400, changes={"text": ("", "x" * 900)}
    )
    assert (len(last().name), len(last().changes[0][2])) == (300, audit.LONGEST_VALUE)
    audit.note(action=Action.CHANGED, kind=Kind.ACCOUNT, name="Many", changes=changes)
    assert last().changes[-1] == ["and 50 more", "", ""]


def test_a_year_later_it_is_forgotten() -> None:
    kept = factories.AuditEntryFactory(at=factories.NOON - timedelta(days=364))
    factories.AuditEntryFactory(at=factories.NOON - timedelta(days=366))
    upkeep.prune(at=factories.NOON)
    assert list(AuditEntry.objects.all()) == [kept]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads small tables whole")
def test_the_last_change_of_a_destination_is_found_by_an_index() -> None:
    plan = changes.newest_of(uuid=factories.DestinationFactory().uuid)[:1].explain()
    assert "audit_by_object (kind=? AND reference=?)" in plan
    assert "TEMP B-TREE" not in plan


def _seen(row: Any, values: dict[str, Any]) -> str:
    return marks.of(row=row, fields=values)
