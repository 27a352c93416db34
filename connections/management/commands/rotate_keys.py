"""Seals every stored token and secret under the newest key of ENCRYPTION_KEYS."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from connections import credentials
from connections.encryption import CannotDecrypt, is_under_newest_key
from connections.management.command import FAILED, ProductCommand
from connections.models import Account, Webhook


class Command(ProductCommand):
    help = "Seals every token under the newest key of ENCRYPTION_KEYS; then old keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"rotated": 0, "already": 0, "failed": 0}
        ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
        webhooks = list(Webhook.objects.order_by("pk").values_list("pk", flat=True))
        steps: list[tuple[Callable[[int], str], int]] = [
            *((self._rotate, key) for key in ids),
            *((self._rotate_secret, key) for key in webhooks),
        ]
        with self.progress(description="Sealing tokens", total=len(steps)) as bar:
            for done, (rotate, key) in enumerate(steps, start=1):
                counts[rotate(key)] += 1
                bar.update(completed=done)
        self.say(
            f"{counts['rotated']} tokens sealed under the newest key, "
            f"{counts['already']} were already, {counts['failed']} could not be opened."
        )
        self.emit(counts)
        if counts["failed"]:
            self.exit_code = FAILED

    def _rotate(self, account_id: int) -> str:
        """One account, one transaction: a run that is cut short can simply be started again."""
        with transaction.atomic():
            account = Account.objects.select_for_update().filter(pk=account_id).first()
            if account is None or is_under_newest_key(account.sealed_token):
                return "already"
            try:
                credentials.reseal(account)
            except CannotDecrypt as error:
                self.warn(f"Account “{account}”: {error}")
                return "failed"
            account.save(update_fields=["sealed_token", "token_fingerprint", "token_last_four"])
        return "rotated"

    def _rotate_secret(self, webhook_id: int) -> str:
        with transaction.atomic():
            webhook = Webhook.objects.select_for_update().filter(pk=webhook_id).first()
            if webhook is None or is_under_newest_key(webhook.sealed_secret):
                return "already"
            try:
                credentials.reseal_secret(webhook)
            except CannotDecrypt as error:
                self.warn(f"Webhook “{webhook}”: {error}")
                return "failed"
            webhook.save(update_fields=["sealed_secret"])
        return "rotated"
