"""One's own settings: name, e-mail, time zone, password."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections import entrance, marks, people, sign_in
from connections.models import Person
from connections.queries import people as queries
from tests import factories
from tests.pages import opened
from tests.pages.conftest import CountQueries

SETTINGS, PASSWORD = "/settings/", "/settings/password/"
NEW = "another horse, another battery"


def _save(client: Client, user: User, **changes: str) -> Any:
    """The form as it was opened, with these changes."""
    kept = {
        "username": user.username,
        "email": user.email,
        "time_zone": "",
        "has_shortcuts": "on",
    }
    return client.post(SETTINGS, kept | changes | opened.mark(client, SETTINGS))


def test_a_chosen_zone_is_told_to_every_page(signed_in: Client, user: User) -> None:
    catalog = reverse("connections:catalog")
    assert "data-time-zone" not in signed_in.get(catalog).content.decode()
    _save(signed_in, user, time_zone="Europe/Oslo")
    assert 'data-time-zone="Europe/Oslo"' in signed_in.get(catalog).content.decode()
    _save(signed_in, user)
    assert "data-time-zone" not in signed_in.get(catalog).content.decode()


def test_a_zone_that_does_not_exist_is_refused(signed_in: Client, user: User) -> None:
    page = _save(signed_in, user, time_zone="Mars/Olympus")
    assert 'id="id_time_zone_error"' in page.content.decode()
    assert not Person.objects.exists()


def test_the_key_of_the_search_is_there_until_it_is_switched_off(
    signed_in: Client, user: User
) -> None:
    catalog = reverse("connections:catalog")
    key, both = "data-search-slash", 'aria-keyshortcuts="/ Control+K"'
    page = signed_in.get(catalog).content.decode()
    assert key in page
    assert both in page
    _save(signed_in, user, has_shortcuts="")
    page = signed_in.get(catalog).content.decode()
    assert key not in page
    assert 'aria-keyshortcuts="Control+K"' in page
    assert "Press / to search" not in page
    assert queries.own_settings(user_id=user.pk).has_shortcuts is False
    other = Client()
    other.force_login(factories.UserFactory())
    assert key in other.get(catalog).content.decode()
    _save(signed_in, user)
    assert key in signed_in.get(catalog).content.decode()


def test_what_another_tab_said_of_the_shortcuts_is_told_and_not_lost(
    signed_in: Client, user: User
) -> None:
    opened_before = opened.mark(signed_in, SETTINGS)
    _save(signed_in, user, has_shortcuts="")
    kept = {"username": user.username, "email": user.email, "has_shortcuts": "on"}
    page = signed_in.post(SETTINGS, kept | opened_before).content.decode()
    assert "Somebody changed this meanwhile: now they are off." in page
    assert queries.own_settings(user_id=user.pk).has_shortcuts is False


def test_name_and_address_are_changed_but_not_to_somebody_elses(
    signed_in: Client, user: User
) -> None:
    other = factories.UserFactory()
    page = _save(
        signed_in, user, username=other.username.upper(), email=other.email.upper()
    ).content.decode()
    assert "Somebody else has this name." in page
    assert "Somebody else has this address." in page
    _save(signed_in, user, username="ann", email="ann@example.org")
    user.refresh_from_db()
    assert (user.username, user.email) == ("ann", "ann@example.org")


def test_a_name_that_somebody_took_in_the_same_moment_is_refused(user: User) -> None:
    """Past the form's look: the database has the last word."""
    factories.UserFactory(username="bo")
    before = queries.own_settings(user_id=user.pk)
    values = {"username": "bo", "email": "", "time_zone": "Asia/Tokyo", "has_shortcuts": False}
    with pytest.raises(people.NameTaken):
        people.save_settings(user=user, values=values, seen=marks.of(row=before, fields=values))
    assert queries.own_settings(user_id=user.pk) == before


def test_a_new_password_needs_the_old_one_and_keeps_this_browser_signed_in(
    signed_in: Client, user: User
) -> None:
    elsewhere = Client()
    elsewhere.force_login(user)
    typed = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert 'id="id_old_password_error"' in signed_in.post(PASSWORD, typed).content.decode()
    signed_in.post(PASSWORD, typed | {"old_password": factories.PASSWORD})
    assert signed_in.get(SETTINGS).status_code == 200
    assert elsewhere.get(SETTINGS).status_code == 302
    assert Client().login(username=user.username, password=NEW)


def test_who_has_no_password_chooses_one_without_an_old_one(client: Client, db: None) -> None:
    user = factories.UserFactory()
    user.set_unusable_password()
    user.save()
    client.force_login(user)
    client.post(PASSWORD, {"new_password1": NEW, "new_password2": NEW})
    assert Client().login(username=user.username, password=NEW)


def test_who_forgot_the_password_comes_by_a_link_and_is_not_asked_for_it(
    client: Client, user: User
) -> None:
    secret = sign_in.create(user=user, at=timezone.now())
    landed = client.get(reverse("sign-in-link", args=[secret]), follow=True).content.decode()
    assert "the old one is not asked for" in landed
    client.post(PASSWORD, {"new_password1": NEW, "new_password2": NEW})
    assert Client().login(username=user.username, password=NEW)
    # Once: from then on it is known.
    assert "old_password" in client.get(PASSWORD).content.decode()


def test_an_hour_after_the_link_the_old_password_is_asked_for_again(
    client: Client, user: User
) -> None:
    client.force_login(user)
    session = client.session
    entrance.note_link(session=session, at=timezone.now() - timedelta(minutes=61))
    session.save()
    client.post(PASSWORD, {"new_password1": NEW, "new_password2": NEW})
    assert Client().login(username=user.username, password=factories.PASSWORD)


def test_nobody_gives_themselves_rights_here(client: Client, db: None) -> None:
    user = factories.member()
    client.force_login(user)
    _save(client, user, is_superuser="1", groups="1", roles="1")
    user.refresh_from_db()
    assert not user.is_superuser
    assert not user.groups.exists()


def test_the_pages_take_few_queries(count_queries: CountQueries) -> None:
    assert count_queries(SETTINGS) <= 8
    assert count_queries(PASSWORD) <= 8
