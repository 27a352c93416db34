"""Signing in, the one-time link, signing out, the theme, and who sees what."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connections import sign_in
from tests import factories

WELCOME = "/welcome/"


@pytest.fixture
def newcomer(db: None) -> User:
    return sign_in.ensure_first_user()


def _link(user: User) -> str:
    return sign_in.path(secret=sign_in.create(user=user, at=timezone.now()))


def test_a_name_and_password_lead_to_the_first_page_of_the_navigation(
    client: Client, user: User
) -> None:
    typed = {"username": user.username, "password": factories.PASSWORD}
    answer = client.post("/sign-in/", typed, follow=True)
    assert answer.redirect_chain[-1][0] == answer.context["nav_items"][0].url
    assert answer.status_code == 200


def test_a_wrong_password_is_said_and_the_name_is_kept(client: Client, user: User) -> None:
    answer = client.post("/sign-in/", {"username": user.username, "password": "wrong"})
    assert answer.status_code == 200
    assert user.username in answer.content.decode()


def test_a_one_time_link_signs_in_once(client: Client, newcomer: User) -> None:
    link = _link(newcomer)
    assert client.get(link)["Location"] == WELCOME
    assert Client().get(link).status_code == 410


def test_looking_whether_a_link_is_there_does_not_use_it_up(client: Client, newcomer: User) -> None:
    link = _link(newcomer)
    assert Client().head(link).status_code == 200
    assert client.get(link)["Location"] == WELCOME


def test_a_link_that_is_too_old_says_how_to_get_a_new_one(client: Client, newcomer: User) -> None:
    at = timezone.now() - sign_in.VALID_FOR - timedelta(seconds=1)
    answer = client.get(sign_in.path(secret=sign_in.create(user=newcomer, at=at)))
    assert answer.status_code == 410
    assert "signin_link" in answer.content.decode()


def test_the_first_person_chooses_name_and_password_and_stays_signed_in(
    client: Client, newcomer: User
) -> None:
    client.get(_link(newcomer))
    typed = {
        "username": "ann",
        "new_password1": factories.PASSWORD,
        "new_password2": factories.PASSWORD,
    }
    assert client.post(WELCOME, typed)["Location"] == reverse("home")
    assert client.get(reverse("connections:catalog")).status_code == 200
    assert Client().login(username="ann", password=factories.PASSWORD)


def test_a_password_chosen_a_moment_ago_is_asked_for_like_any_other(
    client: Client, newcomer: User
) -> None:
    client.get(_link(newcomer))
    typed = {"new_password1": factories.PASSWORD, "new_password2": factories.PASSWORD}
    client.post(WELCOME, typed | {"username": "ann"})
    settings = reverse("connections:settings-password")
    assert "old_password" in client.get(settings).content.decode()
    another = "another horse, another battery"
    client.post(settings, {"new_password1": another, "new_password2": another})
    assert Client().login(username="ann", password=factories.PASSWORD)


def test_choosing_a_password_later_keeps_the_session(client: Client, newcomer: User) -> None:
    client.get(_link(newcomer))
    assert client.get(reverse("connections:catalog")).status_code == 200
    assert client.get(WELCOME).status_code == 200


def test_a_name_somebody_else_has_is_refused_beside_the_field(
    client: Client, newcomer: User, user: User
) -> None:
    client.get(_link(newcomer))
    typed = {
        "username": user.username.upper(),
        "new_password1": factories.PASSWORD,
        "new_password2": factories.PASSWORD,
    }
    assert "Somebody else has this name." in client.post(WELCOME, typed).content.decode()


def test_what_a_name_may_hold_is_said_before_and_after(client: Client, newcomer: User) -> None:
    client.get(_link(newcomer))
    told = "without blanks, such as maria.meyer."
    assert told in client.get(WELCOME).content.decode()
    typed = {"new_password1": factories.PASSWORD, "new_password2": factories.PASSWORD}
    page = client.post(WELCOME, typed | {"username": "Maria Meyer"}).content.decode()
    assert "write maria.meyer for Maria Meyer" in page
    assert client.post(WELCOME, typed | {"username": "maria.meyer"}).status_code == 302


def test_signing_out_takes_a_post(signed_in: Client) -> None:
    assert signed_in.get("/sign-out/").status_code == 405
    signed_in.post("/sign-out/")
    assert signed_in.get(reverse("connections:catalog")).status_code == 302


def test_a_part_of_a_page_that_lost_its_session_leads_to_the_whole_sign_in_page(
    client: Client, db: None
) -> None:
    page = "/destinations/browse/?q=north"
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"}
    answer = client.get("/audiences/", headers=headers, follow=True)
    assert answer["HX-Redirect"] == "/sign-in/?next=%2Fdestinations%2Fbrowse%2F%3Fq%3Dnorth"


def test_the_theme_is_kept_in_a_cookie_and_drawn_by_the_server(signed_in: Client) -> None:
    catalog = reverse("connections:catalog")
    assert signed_in.post("/theme/", {"theme": "dark", "next": catalog})["Location"] == catalog
    assert 'data-theme="dark"' in signed_in.get(catalog).content.decode()
    signed_in.post("/theme/", {"theme": "system"})
    assert "data-theme" not in signed_in.get(catalog).content.decode()


def test_choosing_a_theme_never_leads_to_another_site(signed_in: Client) -> None:
    answer = signed_in.post("/theme/", {"theme": "dark", "next": "https://example.org/"})
    assert answer["Location"] == "/"


def test_a_change_without_the_csrf_token_is_refused(user: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post(reverse("connections:new")).status_code == 403


def test_every_page_says_when_zendesk_sell_ends_and_that_this_is_a_simulator(
    signed_in: Client,
) -> None:
    page = signed_in.get(reverse("connections:catalog")).content.decode()
    assert "Zendesk Sell ends on 31 August 2027" in page
    assert "Simulator: nothing here reaches the real Zendesk" in page


def test_the_style_and_script_policy_allows_nothing_inline(signed_in: Client) -> None:
    answer = signed_in.get(reverse("connections:catalog"))
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert "style=" not in answer.content.decode()
