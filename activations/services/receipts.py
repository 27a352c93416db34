"""Receipts: a request with an `Idempotency-Key` is worked once; repeated, it gets its answer again.

A receipt is reserved with the first chunk of the profiles and filled with the last one, each in
the chunk's own transaction. Two requests with one key take turns at its row, so a late twin
stores nothing any more once the answer stands. Only digests of the key and of the body are kept.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from activations.ingestion import IngestReport
from activations.models import IngestReceipt

KEEP_FOR: Final = timedelta(hours=24)
MAX_KEY: Final = 255
_KEY: Final = re.compile(rf"[!-~]{{1,{MAX_KEY}}}", re.ASCII)

Answer = dict[str, Any]
_NONE_YET: Final[Answer] = {}


class KeyInvalid(Exception):
    """A key has 1 to 255 visible ASCII characters."""


class KeyReused(Exception):
    """The key came with another body before: whoever sends it takes two requests for one."""


class AlreadyAnswered(Exception):
    """The request was worked before; `answer` is what it was told."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("answered before")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Receipt:
    """One request with a key; `answer` says what it is told once all is stored."""

    api_key_id: int
    key_digest: str
    body_digest: str
    answer: Callable[[IngestReport], Answer]

    def hold(self, *, at: datetime) -> None:
        """Reserve it, and keep others out until the transaction ends.

        Raises `AlreadyAnswered` or `KeyReused`; the transaction is to be rolled back then.
        """
        fresh = IngestReceipt(
            api_key_id=self.api_key_id,
            key_digest=self.key_digest,
            body_digest=self.body_digest,
            answer=_NONE_YET,
            created_at=at,
        )
        IngestReceipt.objects.bulk_create([fresh], ignore_conflicts=True)
        held = IngestReceipt.objects.select_for_update(no_key=True).get(
            api_key_id=self.api_key_id, key_digest=self.key_digest
        )
        if held.body_digest != self.body_digest:
            raise KeyReused
        if held.answer != _NONE_YET:
            raise AlreadyAnswered(held.answer)

    def fill(self, *, report: IngestReport) -> None:
        """Write the answer down; the receipt is held."""
        IngestReceipt.objects.filter(api_key_id=self.api_key_id, key_digest=self.key_digest).update(
            answer=self.answer(report)
        )


def of_request(
    *,
    api_key_id: int,
    key: str | None,
    body_digest: Callable[[], str],
    answer: Callable[[IngestReport], Answer],
) -> Receipt | None:
    """The receipt for a request's `Idempotency-Key`, if it has one. Raises `KeyInvalid`."""
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise KeyInvalid
    key_digest = hashlib.sha256(key.encode("ascii")).hexdigest()
    return Receipt(
        api_key_id=api_key_id, key_digest=key_digest, body_digest=body_digest(), answer=answer
    )


def prune(*, at: datetime, limit: int) -> int:
    """Delete up to `limit` receipts that are over age."""
    old = IngestReceipt.objects.filter(created_at__lt=at - KEEP_FOR)
    ids = list(old.order_by("created_at", "pk").values_list("pk", flat=True)[:limit])
    deleted, _ = IngestReceipt.objects.filter(pk__in=ids).delete()
    return deleted
