"""`rotate_keys`: every token under the newest key, and nothing lost on the way."""

import pytest
from pytest_django import Settings

from connections import encryption
from connections.encryption import generate_key
from connections.models import Account, Webhook
from tests.factories import TOKEN, AccountFactory, WebhookFactory
from tests.journeys.commands import run

pytestmark = pytest.mark.django_db


def test_tokens_move_to_the_newest_key_and_still_open(settings: Settings) -> None:
    AccountFactory.create_batch(2)
    newest = generate_key()
    settings.ENCRYPTION_KEYS = [newest, *settings.ENCRYPTION_KEYS]

    result = run("rotate_keys", "--json")

    assert result.json == {"rotated": 2, "already": 0, "failed": 0}
    assert TOKEN not in result.out + result.err
    settings.ENCRYPTION_KEYS = [newest]
    for account in Account.objects.all():
        opened = encryption.unseal(sealed=account.sealed_token, belongs_to=account.belongs_to)
        assert opened == TOKEN


def test_a_second_run_has_nothing_to_do() -> None:
    AccountFactory()

    assert run("rotate_keys", "--json").json == {"rotated": 0, "already": 1, "failed": 0}


def test_a_token_that_does_not_open_is_named_and_left(settings: Settings) -> None:
    account = AccountFactory(name="Acme Sell")
    settings.ENCRYPTION_KEYS = [generate_key()]

    result = run("rotate_keys", "--json")

    assert result.code == 1
    assert result.json["failed"] == 1
    assert "Acme Sell" in result.err
    before = account.sealed_token
    account.refresh_from_db()
    assert account.sealed_token == before


def test_secrets_of_webhooks_are_sealed_anew(settings: Settings) -> None:
    WebhookFactory(secret="whsec_1")
    newest = generate_key()
    settings.ENCRYPTION_KEYS = [newest, *settings.ENCRYPTION_KEYS]

    assert run("rotate_keys", "--json").json == {"rotated": 1, "already": 0, "failed": 0}

    settings.ENCRYPTION_KEYS = [newest]
    webhook = Webhook.objects.get()
    opened = encryption.unseal(sealed=webhook.sealed_secret, belongs_to=webhook.belongs_to)
    assert opened == "whsec_1"


def test_a_secret_that_does_not_open_is_named_and_left(settings: Settings) -> None:
    WebhookFactory(name="Incident room")
    settings.ENCRYPTION_KEYS = [generate_key()]

    result = run("rotate_keys", "--json")

    assert (result.code, result.json["failed"]) == (1, 1)
    assert "Incident room" in result.err
