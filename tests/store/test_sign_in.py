"""One-time sign-in links."""

from datetime import timedelta

import pytest

from connections import sign_in
from connections.models import SignInLink
from tests.factories import NOON, UserFactory

pytestmark = pytest.mark.django_db


def test_a_link_signs_its_user_in_once() -> None:
    user = UserFactory()
    secret = sign_in.create(user=user, at=NOON)

    assert sign_in.redeem(secret=secret, at=NOON) == user
    assert sign_in.redeem(secret=secret, at=NOON) is None


def test_a_link_lives_an_hour() -> None:
    secret = sign_in.create(user=UserFactory(), at=NOON)

    assert sign_in.redeem(secret=secret, at=NOON + timedelta(hours=1)) is None


def test_an_unknown_secret_signs_nobody_in() -> None:
    sign_in.create(user=UserFactory(), at=NOON)

    assert sign_in.redeem(secret="guessed", at=NOON) is None


def test_an_inactive_person_stays_out() -> None:
    secret = sign_in.create(user=UserFactory(is_active=False), at=NOON)

    assert sign_in.redeem(secret=secret, at=NOON) is None


def test_a_new_link_ends_the_earlier_ones_of_that_person() -> None:
    user, other = UserFactory(), UserFactory()
    first = sign_in.create(user=user, at=NOON)
    theirs = sign_in.create(user=other, at=NOON)
    second = sign_in.create(user=user, at=NOON)

    assert sign_in.redeem(secret=first, at=NOON) is None
    assert sign_in.redeem(secret=second, at=NOON) == user
    assert sign_in.redeem(secret=theirs, at=NOON) == other


def test_the_secret_itself_is_not_stored() -> None:
    secret = sign_in.create(user=UserFactory(), at=NOON)

    assert secret not in SignInLink.objects.get().secret_hash


def test_the_first_user_is_an_administrator_without_a_password() -> None:
    assert sign_in.is_first_start()

    user = sign_in.ensure_first_user()

    assert user.is_superuser
    assert not user.has_usable_password()
    assert sign_in.ensure_first_user() == user
    assert not sign_in.is_first_start()


def test_links_are_needed_until_someone_has_a_password() -> None:
    user = sign_in.ensure_first_user()
    assert sign_in.is_needed()

    user.set_password("a long pass phrase")
    user.save()

    assert not sign_in.is_needed()


def test_a_deactivated_first_administrator_is_followed_by_another(db: None) -> None:
    first = sign_in.ensure_first_user()
    first.is_active = False
    first.save()
    second = sign_in.ensure_first_user()
    assert (first.username, second.username) == ("admin", "admin1")
    assert second.is_superuser
    assert sign_in.ensure_first_user() == second
