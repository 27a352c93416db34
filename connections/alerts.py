"""What somebody has to look at: one open record per condition, closed when the condition is over.

Instants are the database's, so that records of several machines stand in one order.
"""

import logging
from typing import Any

from django.db.models.functions import Now

from connections.models import Alert

logger = logging.getLogger(__name__)

# Of an account: Zendesk does not take its token.
ACCOUNT_REJECTED = "account-rejected"


def trigger(
    *,
    code: str,
    message: str,
    destination_id: int | None = None,
    account_id: int | None = None,
) -> bool:
    """Open a record about a destination or an account; False while the same one is open.

    Of two processes that find the same condition at once one opens it (a unique constraint).
    """
    about: dict[str, Any] = {"destination_id": destination_id, "account_id": account_id}
    _, is_new = Alert.objects.get_or_create(
        **about,
        code=code,
        resolved_at=None,
        defaults={"message": message, "triggered_at": Now()},
    )
    if is_new:
        logger.warning(
            "alert.triggered code=%s destination=%s account=%s", code, destination_id, account_id
        )
    return is_new


def resolve(*, destination_id: int | None = None, account_id: int | None = None) -> int:
    """Close every open record of a destination or an account; returns how many."""
    about: dict[str, Any] = {"destination_id": destination_id, "account_id": account_id}
    return Alert.objects.filter(**about, resolved_at=None).update(resolved_at=Now())
