"""Signing in after wrong tries: how long to wait is said, and nobody is locked out by others."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from connections import known_browsers, sign_in, tries
from connections.models import AuditEntry, SignInTries
from tests import factories

SIGN_IN = "/sign-in/"
STRANGERS = "198.51.100.9"


def _try(client: Client, name: str, password: str = "wrong", address: str = "192.0.2.1") -> Any:
    typed = {"username": name, "password": password, "next": "/settings/"}
    return client.post(SIGN_IN, typed, REMOTE_ADDR=address)


def _wrong(client: Client, name: str, times: int, address: str = "192.0.2.1") -> Any:
    return [_try(client, name, address=address) for _ in range(times)][-1]


def _crowd(name: str) -> None:
    """As many wrong tries as a name may have; in the next hour too, should it begin meanwhile."""
    now = timezone.now()
    for hour in (now, now + timedelta(hours=1)):
        for _ in range(tries.FREE_OF_NAME):
            tries.begin(counted=[tries.by_name(name=name, at=hour)], at=now)


def _wait(span: timedelta) -> None:
    """As if it were over."""
    SignInTries.objects.update(held_until=F("held_until") - span)


def test_wrong_tries_are_slowed_with_words_that_say_how_long(client: Client, user: User) -> None:
    told = "the next one has to wait"
    assert told not in _wrong(client, user.username, 4).content.decode()
    assert f"{told} 15 seconds." in _try(client, user.username).content.decode()
    answer = _try(client, user.username, factories.PASSWORD)
    page = answer.content.decode()
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 15
    assert f"Wait {answer['Retry-After']} seconds, then enter the password again." in page


def test_what_was_typed_is_kept_but_the_password_and_the_words_take_the_focus(
    client: Client, user: User
) -> None:
    page = _wrong(client, user.username, 6).content.decode()
    assert f'value="{user.username}"' in page
    assert 'name="next" value="/settings/"' in page
    assert "wrong" not in page.replace("wrong tries", "")
    assert 'tabindex="-1" data-error-summary' in page


def test_after_the_wait_the_right_password_lets_in_and_all_is_forgotten(
    client: Client, user: User
) -> None:
    _wrong(client, user.username, 5)
    _wait(tries.FIRST_WAIT)
    assert _try(client, user.username, factories.PASSWORD)["Location"] == "/settings/"
    assert sorted(SignInTries.objects.values_list("failures", flat=True)) == [0, 5, 5]
    client.post("/sign-out/")
    assert _wrong(client, user.username, 4).status_code == 200


def test_a_name_that_nobody_has_is_answered_alike(client: Client, user: User) -> None:
    """From addresses of their own, which have more patience than names."""
    known = [_try(client, user.username, address="192.0.2.1") for _ in range(6)]
    unknown = [_try(client, "nobody", address="192.0.2.2") for _ in range(6)]
    assert [each.status_code for each in known] == [each.status_code for each in unknown]
    for one, other in zip(known, unknown, strict=True):
        errors = [
            {words.partition(" Wait ")[0] for words in each.context["form"].non_field_errors()}
            for each in (one, other)
        ]
        assert errors[0] == errors[1]


def test_an_empty_box_is_no_try(client: Client, user: User) -> None:
    for _ in range(6):
        answer = client.post(SIGN_IN, {"username": user.username, "password": ""})
        assert answer.status_code == 200
    assert not SignInTries.objects.exists()


def test_a_stranger_slows_nobody_in_a_browser_where_they_signed_in_before(
    client: Client, user: User
) -> None:
    _try(client, user.username, factories.PASSWORD)
    client.post("/sign-out/")
    _crowd(user.username)
    assert _try(Client(), user.username, factories.PASSWORD).status_code == 429
    assert _try(client, user.username, factories.PASSWORD).status_code == 302


def test_a_stranger_slows_nobody_at_another_address(client: Client, user: User) -> None:
    assert _wrong(Client(), user.username, 6, STRANGERS).status_code == 429
    assert _try(client, user.username, factories.PASSWORD).status_code == 302


def test_a_crowd_of_strangers_keeps_nobody_out_for_more_than_a_minute(
    client: Client, user: User
) -> None:
    _crowd(user.username)
    assert _try(client, user.username, factories.PASSWORD).status_code == 429
    _wait(tries.LONGEST_WAIT_OF_NAME)
    assert _try(client, user.username, factories.PASSWORD).status_code == 302


def test_a_known_browser_is_slowed_by_its_own_wrong_tries(client: Client, user: User) -> None:
    _try(client, user.username, factories.PASSWORD)
    client.post("/sign-out/")
    assert _wrong(client, user.username, 6).status_code == 429
    assert _try(Client(), user.username, factories.PASSWORD).status_code == 302


def test_a_known_browser_is_known_for_one_person_and_not_by_a_made_up_cookie(
    client: Client, user: User
) -> None:
    _try(client, user.username, factories.PASSWORD)
    client.post("/sign-out/")
    other = factories.UserFactory()
    _crowd(other.username)
    assert _try(client, other.username, factories.PASSWORD).status_code == 429
    client.cookies[known_browsers.COOKIE] = "made up"
    assert _try(client, other.username, factories.PASSWORD).status_code == 429


def test_the_cookie_of_a_known_browser_goes_to_the_sign_in_page_alone(
    client: Client, user: User
) -> None:
    cookie = _try(client, user.username, factories.PASSWORD).cookies[known_browsers.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (SIGN_IN, True, "Lax")
    assert user.username not in cookie.value


def test_a_forged_address_changes_nothing(client: Client, db: None) -> None:
    for number in range(tries.FREE_OF_ADDRESS):
        typed = {"username": f"somebody {number}", "password": "wrong"}
        client.post(SIGN_IN, typed, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    assert client.post(SIGN_IN, typed, HTTP_X_FORWARDED_FOR="203.0.113.99").status_code == 429


def test_behind_our_proxy_one_address_does_not_slow_another(
    client: Client, user: User, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = 1
    typed = {"username": user.username, "password": factories.PASSWORD}
    for number in range(tries.FREE_OF_ADDRESS + 1):
        wrong = {"username": f"somebody {number}", "password": "wrong"}
        last = client.post(SIGN_IN, wrong, HTTP_X_FORWARDED_FOR=STRANGERS)
    assert last.status_code == 429
    assert client.post(SIGN_IN, typed, HTTP_X_FORWARDED_FOR="203.0.113.7").status_code == 302


@pytest.mark.parametrize("has_password", [True, False])
def test_links_that_do_not_work_are_counted_and_one_that_works_lets_in(
    client: Client, user: User, has_password: bool
) -> None:
    if not has_password:
        user.set_unusable_password()
        user.save()
    for _ in range(tries.FREE_OF_ADDRESS):
        assert client.get("/sign-in/guessed/").status_code == 410
    answer = client.get("/sign-in/guessed/")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert "a password has to wait" in answer.content.decode()
    assert _try(client, user.username, factories.PASSWORD, "127.0.0.1").status_code == 429
    link = sign_in.path(secret=sign_in.create(user=user, at=timezone.now()))
    assert client.get(link)["Location"] == ("/" if has_password else "/welcome/")
    assert known_browsers.COOKIE in client.cookies


def test_who_is_not_let_in_is_told_in_the_audit_log_with_neither_password_nor_unknown_name(
    client: Client, user: User
) -> None:
    _wrong(client, user.username, 7)
    _try(client, "a password in the wrong box", "also wrong")
    client.get("/sign-in/guessed/")
    nobody, ann = AuditEntry.objects.all()
    assert ann.name == user.username
    assert ann.changes == [["Wrong tries", "", "5"], ["Waits not kept", "", "1"]]
    assert (nobody.name, nobody.reference) == ("Nobody known", "")
    assert nobody.changes == [["Wrong tries", "", "1"], ["Links that do not work", "", "1"]]
    assert {(entry.actor, entry.status) for entry in (nobody, ann)} == {("not signed in", "denied")}
    stored = str(list(AuditEntry.objects.values()))
    assert "wrong" not in stored
    assert "guessed" not in stored


def test_who_knocks_again_during_a_wait_writes_nothing(client: Client, user: User) -> None:
    _wrong(client, user.username, 6)
    for _ in range(tries.FREE_OF_ADDRESS + 1):
        client.get("/sign-in/guessed/")
    before = list(AuditEntry.objects.values("pk", "changes"))
    with CaptureQueriesContext(connection) as asked:
        assert _wrong(client, user.username, 3).status_code == 429
        assert _try(client, "nobody", address="127.0.0.1").status_code == 429
        assert client.get("/sign-in/guessed/").status_code == 429
    assert {query["sql"].partition(" ")[0] for query in asked} == {"SELECT"}
    assert list(AuditEntry.objects.values("pk", "changes")) == before


def test_each_wait_that_is_not_kept_is_told_once(client: Client, user: User) -> None:
    _wrong(client, user.username, 8)
    _wait(tries.FIRST_WAIT)
    _wrong(client, user.username, 3)
    told = [["Wrong tries", "", "6"], ["Waits not kept", "", "2"]]
    assert AuditEntry.objects.get().changes == told
