"""Webhooks: made, given another secret, forgotten."""

from collections.abc import Collection

from django.db import IntegrityError, transaction

from connections import audit, credentials
from connections.audit import Action, Kind
from connections.models import Webhook


class NameTaken(Exception):
    """Another webhook has this name."""


def create(*, name: str, url: str, rules: Collection[str]) -> tuple[Webhook, str]:
    """The webhook and its secret, which nobody sees again. Raises NameTaken.

    The caller has checked that the operator's list allows the address; each call checks again.
    """
    webhook = Webhook(name=name, url=url, rules=sorted(rules))
    secret = credentials.renew_secret(webhook)
    try:
        with transaction.atomic():
            webhook.save(force_insert=True)
            # Not its address: many carry a secret in theirs.
            told = {"rules": ("", webhook.rules)}
            audit.note(action=Action.CREATED, kind=Kind.WEBHOOK, about=webhook, changes=told)
    except IntegrityError:
        raise NameTaken(f"There is already a webhook named {name!r}.") from None
    return webhook, secret


def renew_secret(*, webhook: Webhook) -> str:
    """Another secret; the old one signs nothing any more."""
    secret = credentials.renew_secret(webhook)
    with transaction.atomic():
        webhook.save(update_fields=["sealed_secret"])
        audit.note(action=Action.SECRET_REPLACED, kind=Kind.WEBHOOK, about=webhook)
    return secret


def delete(*, webhook: Webhook) -> None:
    """Forget it, with what still waits for it."""
    with transaction.atomic():
        audit.note(action=Action.DELETED, kind=Kind.WEBHOOK, about=webhook)
        webhook.delete()
