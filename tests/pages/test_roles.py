"""Roles: the list, check boxes by category, deleting; and what somebody is told who may not."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group, User
from django.test import Client
from django.urls import path, reverse
from pytest_django import Settings

from connections import checks, people, roles
from connections.permission_help import CATEGORIES
from connections.permissions import Permission
from connections.queries import roles as queries
from tests import factories
from tests.pages import opened
from tests.pages.conftest import CountQueries

ROLES, NEW = "/people/roles/", "/people/roles/new/"
migration = import_module("connections.migrations.0004_default_roles")
governance = import_module("connections.migrations.0011_governance_roles")
audit = import_module("connections.migrations.0013_audit_role")


@pytest.fixture
def role(db: None) -> Group:
    return roles.create(name="Viewer", permissions=[Permission.VIEW_DESTINATIONS])


def _url(role: Group, name: str = "role") -> str:
    return reverse(f"connections:{name}", args=[role.pk])


def test_the_list_says_what_each_role_may_and_who_has_it(signed_in: Client, role: Group) -> None:
    factories.UserFactory().groups.add(role)
    page = signed_in.get(ROLES).content.decode()
    assert "View Destinations" in page
    assert f"/people/?role={role.pk}" in page


def test_twenty_roles_take_as_many_queries_as_one(count_queries: CountQueries, role: Group) -> None:
    one = count_queries(ROLES)
    for number in range(20):
        roles.create(name=f"Role {number}", permissions=[Permission.VIEW_ALERTS])
    assert count_queries(ROLES) == one


def test_every_permission_is_explained_once() -> None:
    explained = [permission for category in CATEGORIES for permission in category.permissions]
    assert sorted(explained) == sorted(Permission)


def test_a_role_is_stored_with_what_its_permissions_include(signed_in: Client) -> None:
    typed = {"name": "Activator", "permissions": ["activate_destinations"]}
    assert "was saved" in signed_in.post(NEW, typed, follow=True).content.decode()
    role = Group.objects.get(name="Activator")
    assert set(queries.permissions(role=role)) == {
        Permission.ACTIVATE_DESTINATIONS,
        Permission.ACTIVATE_WITHOUT_MAPPING,
        Permission.VIEW_DESTINATIONS,
    }


@pytest.mark.parametrize(
    ("chosen", "missing"),
    [
        (["activate_destinations", "view_profiles", "view_segments"], ["View Identity Graph"]),
        (["activate_without_mapping", "view_identity_graph"], ["View Profiles", "View Segments"]),
        (list(Permission), []),
        (["view_destinations"], []),
    ],
)
def test_who_saves_a_role_that_finishes_no_activation_is_warned(
    signed_in: Client, chosen: list[str], missing: list[str]
) -> None:
    answer = signed_in.post(NEW, {"name": "Activator", "permissions": chosen}, follow=True)
    [told] = answer.context["messages"]
    assert "The role Activator was saved." in told.message
    assert told.level_tag == ("warning" if missing else "success")
    assert told.message.endswith(f"needs besides: {', '.join(missing)}.") is bool(missing)


def test_the_form_shows_what_the_role_has(signed_in: Client, role: Group) -> None:
    page = signed_in.get(_url(role))
    checked = [
        box.permission
        for section in page.context["form"].sections
        for box in section.boxes
        if box.is_checked
    ]
    assert checked == [Permission.VIEW_DESTINATIONS]
    assert 'id="permission-view_destinations"' in page.content.decode()


def test_a_role_is_renamed_and_what_was_typed_is_kept_when_it_is_wrong(
    signed_in: Client, role: Group
) -> None:
    roles.create(name="Taken", permissions=[])
    wrong = {"name": "TAKEN", "permissions": ["view_alerts"]}
    page = signed_in.post(_url(role), wrong)
    assert "Another role has this name." in page.content.decode()
    assert page.context["form"].sections[4].boxes[0].is_checked
    signed_in.post(_url(role), wrong | {"name": "Other"} | opened.mark(signed_in, _url(role)))
    role.refresh_from_db()
    assert role.name == "Other"
    assert queries.permissions(role=role) == (Permission.VIEW_ALERTS,)


def test_a_permission_that_does_not_exist_is_refused(signed_in: Client, role: Group) -> None:
    page = signed_in.post(_url(role), {"name": "Viewer", "permissions": ["is_superuser"]})
    assert "is not one of the available choices" in page.content.decode()


def test_a_role_in_use_is_not_deleted(signed_in: Client, role: Group) -> None:
    person = factories.UserFactory()
    person.groups.add(role)
    page = signed_in.post(_url(role, "role-delete"), follow=True).content.decode()
    assert "1 person has the role Viewer" in page
    person.groups.clear()
    page = signed_in.post(_url(role, "role-delete"), follow=True).content.decode()
    assert "was deleted" in page


def test_the_last_role_that_manages_people_keeps_that(client: Client, db: None) -> None:
    ann = factories.member(Permission.MANAGE_PEOPLE)
    client.force_login(ann)
    role = ann.groups.get()
    posted = {"name": role.name} | opened.mark(client, _url(role))
    page = client.post(_url(role), posted).content.decode()
    assert "Nobody would be left" in page
    assert queries.permissions(role=role) == (Permission.MANAGE_PEOPLE,)


def test_two_people_editing_the_role_they_share(client: Client, db: None) -> None:
    """Ann takes Manage People out of it while Bo's form is open: Bo's save is refused."""
    factories.UserFactory()
    ann, bo = factories.member(Permission.MANAGE_PEOPLE), factories.member()
    role = ann.groups.get()
    bo.groups.add(role)
    client.force_login(ann)
    client.post(_url(role), {"name": role.name} | opened.mark(client, _url(role)))
    second = Client()
    second.force_login(bo)
    assert second.post(_url(role), {"name": "Mine"}).status_code == 403


def test_an_upgrade_leaves_everybody_with_every_right(db: None) -> None:
    user = factories.UserFactory(is_superuser=False)
    # A test that empties the database may have been here before.
    migration.create_roles(apps, None)
    migration.keep_rights(apps, None)
    governance.add_permissions(apps, None)
    audit.add_permission(apps, None)
    assert all(User.objects.get(pk=user.pk).has_perm(p.full_name) for p in Permission)


def test_the_migration_of_the_roles_goes_back_and_forth(db: None) -> None:
    migration.forget_roles(apps, None)
    assert not Group.objects.exists()
    migration.create_roles(apps, None)
    assert set(Group.objects.values_list("name", flat=True)) == set(migration.ROLES)


def test_the_refusal_names_what_is_missing_and_whom_to_ask(client: Client, db: None) -> None:
    factories.member(Permission.MANAGE_PEOPLE, username="ann")
    client.force_login(factories.member())
    answer = client.get("/audiences/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "View Segments" in page
    assert "Ask ann, who can change your roles." in page


def test_a_part_of_a_page_is_refused_with_a_sentence(client: Client, db: None) -> None:
    client.force_login(factories.member())
    answer = client.get("/audiences/", headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/plain")
    assert "View Segments" in answer.content.decode()


def test_who_has_no_role_lands_on_their_settings_and_is_told_so(client: Client, db: None) -> None:
    client.force_login(factories.member())
    answer = client.get("/", follow=True)
    assert answer.redirect_chain[-1][0] == "/settings/"
    assert "no role yet" in answer.content.decode()
    assert answer.context["nav_items"] == []


def test_nobody_can_manage_people_without_signing_in() -> None:
    assert not any(AnonymousUser().has_perm(permission.full_name) for permission in Permission)


def undeclared(request: Any) -> Iterator[str]:
    """A view somebody forgot to guard."""
    yield ""


urlpatterns = [path("open/door/", undeclared, name="door")]


def test_a_view_that_declares_nothing_is_an_error_that_says_what_to_write(
    settings: Settings,
) -> None:
    assert checks.check_access() == []
    settings.ROOT_URLCONF = __name__
    (problem,) = checks.check_access()
    assert (problem.id, "/open/door/" in problem.msg) == ("connections.E007", True)
    assert "@requires(Permission." in str(problem.hint)
    assert f"{__name__}.undeclared" in str(problem.hint)
    with pytest.raises(checks.ImproperlyConfigured, match="open/door"):
        checks.refuse_undeclared()


def test_managing_is_never_lost_by_deleting_a_role(db: None) -> None:
    assert not people.people.managers().exists()
    empty = roles.create(name="Empty", permissions=[])
    with pytest.raises(people.LastManager):
        roles.delete(role=empty)
