"""People: who is here, inviting, roles, deactivating. Ann manages, Bo is a colleague."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from connections import people, roles, sign_in
from connections.permissions import Permission
from tests import factories
from tests.pages import opened
from tests.pages.conftest import CountQueries

PEOPLE, INVITE = "/people/", "/people/invite/"


@pytest.fixture
def ann(client: Client, db: None) -> User:
    """Signed in; the only one who may manage people."""
    user = factories.member(Permission.MANAGE_PEOPLE, username="ann")
    client.force_login(user)
    return user


@pytest.fixture
def bo(db: None) -> User:
    return factories.member(Permission.VIEW_DESTINATIONS, username="bo")


def _post(client: Client, name: str, person: User, **typed: object) -> str:
    url = reverse(f"connections:person-{name}", args=[person.pk])
    return client.post(url, typed, follow=True).content.decode()


def _give(client: Client, person: User, *keys: int) -> Any:
    """These roles and no other, as in the form."""
    url = reverse("connections:person-roles", args=[person.pk])
    return client.post(url, {"roles": keys} | opened.mark(client, url), follow=True)


def _invite(client: Client, email: str = "cy@example.org", **typed: object) -> str:
    """The link that was shown."""
    page = client.post(INVITE, {"email": email, **typed}).content.decode()
    found = re.search(r'data-copy="(http://testserver/sign-in/[^"]+)"', page)
    assert found, page
    return found[1]


def _names(client: Client, **query: str) -> list[str]:
    return [m.user.username for m in client.get(PEOPLE, query).context["members"]]


def test_the_list_shows_who_is_here_and_what_they_may(client: Client, ann: User, bo: User) -> None:
    page = client.get(PEOPLE).content.decode()
    for text in ("bo@example.org", "Role of bo", "Active", "You"):
        assert text in page


def test_thirty_people_take_as_many_queries_as_one(count_queries: CountQueries) -> None:
    def add(count: int) -> None:
        for _ in range(count):
            factories.member(Permission.VIEW_ALERTS)
            people.invite(
                email=f"invited{User.objects.count()}@example.org",
                groups=Group.objects.all(),
                at=timezone.now(),
            )

    add(1)
    one = count_queries(PEOPLE)
    add(14)
    assert count_queries(PEOPLE) == one
    assert one <= 15


def test_words_status_and_role_narrow_the_list(client: Client, ann: User, bo: User) -> None:
    factories.member(username="gone", is_active=False)
    _invite(client, "new@example.org")
    assert _names(client, q="bo@EXAMPLE") == ["bo"]
    assert _names(client, status="deactivated") == ["gone"]
    assert _names(client, status="invited") == ["new@example.org"]
    assert _names(client, role=str(bo.groups.get().pk)) == ["bo"]
    assert _names(client, role="nonsense") == []
    assert _names(client, status="active", sort="-name") == ["bo", "ann"]


@pytest.mark.parametrize("sort", ["name", "email", "seen", "nonsense"])
def test_every_column_sorts_both_ways(client: Client, ann: User, bo: User, sort: str) -> None:
    assert len(_names(client, sort=sort)) == len(_names(client, sort=f"-{sort}")) == 2


def test_a_filter_survives_sorting_and_paging(client: Client, ann: User) -> None:
    factories.UserFactory.create_batch(30)
    page = client.get(PEOPLE, {"status": "active"}).content.decode()
    assert "?status=active&amp;sort=email" in page
    assert "?status=active&amp;page=2" in page


def test_a_hostile_name_is_shown_as_text(client: Client, ann: User) -> None:
    factories.member(username="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(PEOPLE).content.decode()


def test_an_invited_person_chooses_name_and_password_and_has_the_role(
    client: Client, ann: User
) -> None:
    role = roles.create(name="Viewer", permissions=[Permission.VIEW_DESTINATIONS])
    link = _invite(client, roles=[role.pk])
    browser = Client()
    assert "cy@example.org" in browser.get(link).content.decode()
    assert browser.post(link)["Location"] == "/welcome/"
    password = factories.PASSWORD
    typed = {"username": "cy", "new_password1": password, "new_password2": password}
    browser.post("/welcome/", typed)
    assert browser.get("/", follow=True).redirect_chain[-1][0] == reverse("overview")
    assert browser.get(PEOPLE).status_code == 403
    assert User.objects.get(username="cy").email == "cy@example.org"


def test_a_program_that_previews_the_link_does_not_use_it_up(client: Client, ann: User) -> None:
    link = _invite(client)
    for _ in range(2):
        preview = Client()
        assert preview.get(link).status_code == 200
        assert preview.get("/")["Location"].startswith("/sign-in/")
    assert Client().post(link)["Location"] == "/welcome/"
    assert Client().post(link).status_code == 410


def test_the_link_is_shown_once_and_only_its_hash_is_kept(client: Client, ann: User) -> None:
    secret = _invite(client).rstrip("/").rpartition("/")[2]
    assert secret not in client.get(PEOPLE).content.decode()
    assert "no-cache" in client.get(INVITE)["Cache-Control"]


def test_a_link_works_seven_days_and_the_list_says_when_it_is_over(
    client: Client, ann: User
) -> None:
    long_ago = timezone.now() - sign_in.INVITATION_VALID_FOR - timedelta(minutes=1)
    old = people.invite(email="old@example.org", groups=[], at=long_ago)
    assert "Invitation expired" in client.get(PEOPLE).content.decode()
    assert Client().get(f"/sign-in/{old.secret}/").status_code == 410


def test_a_second_invitation_to_the_same_address_is_refused_beside_the_field(
    client: Client, ann: User, bo: User
) -> None:
    page = client.post(INVITE, {"email": "BO@example.org"}).content.decode()
    assert 'id="id_email_error"' in page
    assert "BO@example.org" in page


def test_a_new_link_ends_the_one_before(client: Client, ann: User) -> None:
    old = _invite(client)
    invited = User.objects.get(email="cy@example.org")
    assert "/sign-in/" in _post(client, "link", invited)
    assert Client().get(old).status_code == 410


def test_who_has_a_password_gets_no_link(client: Client, ann: User, bo: User) -> None:
    assert "has a password by now" in _post(client, "link", bo)


def test_a_revoked_invitation_lets_nobody_in(client: Client, ann: User) -> None:
    link = _invite(client)
    assert "was revoked" in _post(client, "revoke", User.objects.get(email="cy@example.org"))
    assert Client().get(link).status_code == 410
    assert not User.objects.filter(email="cy@example.org").exists()


def test_an_invitation_that_was_accepted_meanwhile_is_not_revoked(
    client: Client, ann: User
) -> None:
    """Two people: Cy opens the link while Ann looks at the list."""
    link = _invite(client)
    invited = User.objects.get(email="cy@example.org")
    Client().post(link)
    assert "has accepted the invitation" in _post(client, "revoke", invited)
    assert User.objects.filter(pk=invited.pk).exists()


def test_the_link_goes_by_mail_where_a_server_is_configured(client: Client, ann: User) -> None:
    link = _invite(client)
    (message,) = mail.outbox
    assert message.to == ["cy@example.org"]
    assert link in message.body


def test_without_a_mail_server_the_link_is_only_shown(
    client: Client, ann: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    page = client.post(INVITE, {"email": "cy@example.org"}).content.decode()
    assert "No e-mail was sent" in page


def test_a_mail_server_that_does_not_answer_is_said_and_the_link_still_shown(
    client: Client, ann: User, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    page = client.post(INVITE, {"email": "cy@example.org"}).content.decode()
    assert "could not be sent" in page
    assert "/sign-in/" in page


def test_changed_roles_count_from_the_next_request_on(client: Client, ann: User, bo: User) -> None:
    browser = Client()
    browser.force_login(bo)
    assert browser.get("/audiences/").status_code == 403
    role = roles.create(name="Audiences", permissions=[Permission.VIEW_AUDIENCES])
    assert "were saved" in _give(client, bo, role.pk).content.decode()
    assert browser.get("/audiences/").status_code == 200
    assert browser.get("/destinations/catalog/").status_code == 403


def test_all_roles_can_be_taken_away(client: Client, ann: User, bo: User) -> None:
    _give(client, bo)
    assert not bo.groups.exists()


def test_the_last_one_who_manages_people_keeps_that(client: Client, ann: User, bo: User) -> None:
    assert "Nobody would be left" in _give(client, ann).content.decode()
    assert ann.groups.exists()


def test_who_gives_up_managing_people_is_led_elsewhere(client: Client, ann: User) -> None:
    factories.UserFactory()
    role = roles.create(name="Viewer", permissions=[Permission.VIEW_DESTINATIONS])
    answer = _give(client, ann, role.pk)
    assert answer.redirect_chain[-1][0] == reverse("overview")


def test_a_deactivated_person_is_out_at_once_and_can_come_back(
    client: Client, ann: User, bo: User
) -> None:
    browser = Client()
    browser.force_login(bo)
    assert "was signed out" in _post(client, "deactivate", bo)
    assert browser.get("/")["Location"].startswith("/sign-in/")
    assert not Client().login(username="bo", password=factories.PASSWORD)
    assert "can sign in again" in _post(client, "reactivate", bo)
    assert Client().login(username="bo", password=factories.PASSWORD)


def test_nobody_deactivates_themselves(client: Client, ann: User) -> None:
    assert "cannot deactivate yourself" in _post(client, "deactivate", ann)
    ann.refresh_from_db()
    assert ann.is_active


def test_of_two_who_deactivate_each_other_one_stays(client: Client, ann: User) -> None:
    """The second of them was signed out by the first; the service alone refuses as well."""
    dee = factories.member(Permission.MANAGE_PEOPLE, username="dee")
    browser = Client()
    browser.force_login(dee)
    _post(client, "deactivate", dee)
    _post(browser, "deactivate", ann)
    with pytest.raises(people.LastManager):
        people.deactivate(user=ann)
    ann.refresh_from_db()
    assert ann.is_active


def test_an_invited_administrator_does_not_count_before_they_come(
    client: Client, ann: User
) -> None:
    _invite(client, roles=[ann.groups.get().pk])
    assert "Nobody would be left" in _give(client, ann).content.decode()


def test_changes_take_a_post(client: Client, ann: User, bo: User) -> None:
    for name in ("deactivate", "reactivate", "revoke", "link"):
        assert client.get(reverse(f"connections:person-{name}", args=[bo.pk])).status_code == 405


def test_a_person_who_is_gone_answers_404(client: Client, ann: User) -> None:
    assert client.post("/people/999999/deactivate/").status_code == 404
