"""Database trouble that passes by itself: a deadlock, a restarted server, a cut connection."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from django.db import InterfaceError, OperationalError, connection

logger = logging.getLogger(__name__)

# Class 40: deadlock or serialisation failure. 08, 57P: the connection or the server went away.
_PASSING_STATES: Final = ("40", "08", "57P")

Outcome = TypeVar("Outcome")


def patiently(
    transaction: Callable[[], Outcome], *, pauses: Sequence[float], event: str
) -> Outcome:
    """What `transaction` returns; again after each of `pauses` (seconds) when the trouble passes.

    Raises any other trouble at once, the last of it when the pauses are used up, and everything
    inside somebody else's transaction: the part before is lost too, and theirs to repeat. `event`
    names a repetition in the log.
    """
    for attempt, pause in enumerate(pauses, start=1):
        try:
            return transaction()
        except (OperationalError, InterfaceError) as error:
            if connection.in_atomic_block or not _passes(error):
                raise
            logger.warning("%s attempt=%d error=%s", event, attempt, type(error).__name__)
            connection.close_if_unusable_or_obsolete()
            time.sleep(pause)
    return transaction()


def _passes(error: OperationalError | InterfaceError) -> bool:
    state = getattr(error.__cause__, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING_STATES)
    # Without a state the server never answered. SQLite has waited long enough by itself.
    return connection.vendor == "postgresql"
