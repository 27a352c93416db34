"""Every factory makes a valid row, and every model has one."""

import pytest
from django.apps import apps
from factory.django import DjangoModelFactory

from connections import encryption
from tests import factories

FACTORIES = [
    thing
    for thing in vars(factories).values()
    if isinstance(thing, type)
    and issubclass(thing, DjangoModelFactory)
    and thing.__module__ == factories.__name__
]


@pytest.mark.django_db
@pytest.mark.parametrize("make", FACTORIES, ids=lambda make: make.__name__)
def test_a_factory_makes_valid_rows(make: type[DjangoModelFactory[object]]) -> None:
    first, second = make(), make()

    assert first.pk != second.pk


def test_every_model_of_ours_has_a_factory() -> None:
    made = {make._meta.model for make in FACTORIES}
    ours = {
        m for app in ("connections", "activations") for m in apps.get_app_config(app).get_models()
    }

    assert ours <= made


@pytest.mark.django_db
def test_the_token_of_an_account_opens() -> None:
    account = factories.AccountFactory(token="another-token")

    opened = encryption.unseal(sealed=account.sealed_token, belongs_to=account.belongs_to)

    assert opened == "another-token"
    assert account.token_last_four == "oken"


@pytest.mark.django_db
def test_a_person_signs_in_with_the_password_of_the_factories() -> None:
    assert factories.UserFactory().check_password(factories.PASSWORD)
