"""Tokens of accounts and secrets of webhooks: how they are stored, and who alone reveals them."""

import hashlib
import hmac
import secrets

from django.conf import settings

from connections import encryption, pacing
from connections.models import Account, Webhook
from connections.zendesk.client import Client

# Somebody may be waiting for the answer: rather say that the token is throttled.
LONGEST_TURN_SECONDS = 10.0


class AccountMismatch(Exception):
    """A simulator's account must not talk to the real Zendesk, nor the other way round."""


def fingerprint(token: str) -> str:
    """Tells tokens apart without telling what they are (they are long random texts)."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def store(account: Account, token: str) -> None:
    """Put a token into the account's fields; the caller saves."""
    account.sealed_token = encryption.seal(plaintext=token, belongs_to=account.belongs_to)
    account.token_fingerprint = fingerprint(token)
    account.token_last_four = token[-4:]


def reseal(account: Account) -> None:
    """Encrypt the stored token under the newest key; the caller saves."""
    store(account, _reveal(account))


def renew_secret(webhook: Webhook) -> str:
    """Put a new secret into the webhook's fields; the caller saves, and shows it this once."""
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    webhook.sealed_secret = encryption.seal(plaintext=secret, belongs_to=webhook.belongs_to)
    return secret


def reseal_secret(webhook: Webhook) -> None:
    """Encrypt the stored secret under the newest key; the caller saves."""
    secret = encryption.unseal(sealed=webhook.sealed_secret, belongs_to=webhook.belongs_to)
    webhook.sealed_secret = encryption.seal(plaintext=secret, belongs_to=webhook.belongs_to)


def sign(webhook: Webhook, *, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over `timestamp.body` under the webhook's secret, in hexadecimal digits."""
    secret = encryption.unseal(sealed=webhook.sealed_secret, belongs_to=webhook.belongs_to)
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def open_client(account: Account, *, paced: bool) -> Client:
    """A client that speaks as this account; `paced` makes it wait for a slot at each request.

    Raises AccountMismatch, or `encryption.CannotDecrypt` when the token's key is gone.
    """
    if account.is_sandbox != settings.ZENDESK_SANDBOX:
        made_for, now_at = ("the simulator", "the real Zendesk")
        if not account.is_sandbox:
            made_for, now_at = now_at, made_for
        raise AccountMismatch(
            f"Account {account.name!r} was made for {made_for}, but ZENDESK_SELL_URL now points "
            f"to {now_at}. Set ZENDESK_SELL_URL and ZENDESK_SANDBOX back, or give a new token."
        )
    return client_for(_reveal(account), paced=paced)


def client_for(token: str, *, paced: bool) -> Client:
    """A client for a token that is not stored (yet). Raises ValueError for an unsendable one."""
    token_fingerprint = fingerprint(token)

    def wait_for_turn() -> float:
        return pacing.take(
            token_fingerprint=token_fingerprint, longest_seconds=LONGEST_TURN_SECONDS
        )

    return Client(
        base_url=settings.ZENDESK_SELL_URL,
        token=token,
        deadline_seconds=settings.DELIVERY_DEADLINE_SECONDS,
        before_request=wait_for_turn if paced else None,
        allow_http=settings.ZENDESK_SANDBOX,
    )


def _reveal(account: Account) -> str:
    return encryption.unseal(sealed=account.sealed_token, belongs_to=account.belongs_to)
