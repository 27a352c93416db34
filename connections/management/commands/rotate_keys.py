"""Seals every stored token under the newest key of ENCRYPTION_KEYS."""

from typing import Any

from django.db import transaction

from connections import credentials
from connections.encryption import CannotDecrypt, is_under_newest_key
from connections.management.command import FAILED, ProductCommand
from connections.models import Account


class Command(ProductCommand):
    help = "Seals every token under the newest key of ENCRYPTION_KEYS; then old keys can go."

    def handle(self, *args: Any, **options: Any) -> None:
        counts = {"rotated": 0, "already": 0, "failed": 0}
        ids = list(Account.objects.order_by("pk").values_list("pk", flat=True))
        with self.progress(description="Sealing tokens", total=len(ids)) as bar:
            for done, account_id in enumerate(ids, start=1):
                counts[self._rotate(account_id)] += 1
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
