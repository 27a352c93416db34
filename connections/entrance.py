"""How somebody came in: who opened a one-time link need not know the password they forgot."""

from datetime import datetime, timedelta
from typing import Any, Final

# As long as the link itself would have been good for.
COUNTS_FOR: Final = timedelta(hours=1)
_KEY: Final = "came_by_link_at"


def note_link(*, session: Any, at: datetime) -> None:
    """The session was opened by a link."""
    session[_KEY] = at.timestamp()


def is_by_link(*, session: Any, at: datetime) -> bool:
    """Whether it was, less than an hour ago."""
    since = session.get(_KEY)
    return since is not None and at.timestamp() - since < COUNTS_FOR.total_seconds()


def forget(*, session: Any) -> None:
    """From now on the session is like any other."""
    session.pop(_KEY, None)
