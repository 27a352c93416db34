"""`manage.py signin_link`."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from connections import sign_in
from connections.management.command import UsageProblem
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def printed(*words: str) -> dict[str, str]:
    out = StringIO()
    call_command("signin_link", "--json", *words, stdout=out, stderr=StringIO())
    answer: dict[str, str] = json.loads(out.getvalue())
    return answer


def secret_of(link: str) -> str:
    return link.rstrip("/").rpartition("/")[2]


def test_without_people_it_makes_the_first_administrator() -> None:
    said = printed("--url", "https://crm.example.org/")

    user = sign_in.redeem(secret=secret_of(said["link"]), at=timezone.now())

    assert said["link"].startswith("https://crm.example.org/sign-in/")
    assert user is not None
    assert (user.get_username(), user.is_superuser) == (said["user"], True)


def test_it_signs_the_named_person_in() -> None:
    person = UserFactory()

    said = printed("--user", person.username)

    assert sign_in.redeem(secret=secret_of(said["link"]), at=timezone.now()) == person


def test_an_unknown_person_is_wrong_usage() -> None:
    with pytest.raises(UsageProblem) as refused:
        printed("--user", "nobody")

    assert refused.value.returncode == 2
