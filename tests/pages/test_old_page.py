"""A form of a page from before the person signed in again: refused in words, nothing is changed."""

from django.contrib.auth.models import User
from django.test import Client

SETTINGS = "/settings/"


def _strict(user: User) -> Client:
    """A browser whose forms must carry its token, as in real life."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def test_a_page_says_what_happened_and_what_to_do(user: User) -> None:
    answer = _strict(user).post(SETTINGS, {"username": "somebody"})
    assert answer.status_code == 403
    assert "This page is too old" in answer.content.decode()
    assert "nothing was changed" in answer.content.decode()
    user.refresh_from_db()
    assert user.username != "somebody"


def test_a_part_of_a_page_is_told_in_a_sentence(user: User) -> None:
    answer = _strict(user).post(SETTINGS, headers={"HX-Request": "true"})
    assert answer.status_code == 403
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode().startswith("This page is too old.")
