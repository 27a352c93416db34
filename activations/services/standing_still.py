"""What is judged by data usage policies stands still until it is stored.

Who changes what holds (a label, a consent policy, a data usage policy that is enabled or changed,
a whole workspace) is alone; who changes what one destination sends or is meant for keeps them away.
Asked for first in a transaction, before any row. Who disables or deletes a data usage policy asks
for nothing: that forbids less, and what was judged with it was judged too strictly at worst.
"""

from typing import Final

from django.db import connection

# A number of our own among the advisory locks of the database.
_GOVERNANCE: Final = 7_261_845_214


def alone() -> None:
    """Until the caller's transaction ends nobody else changes what holds or what is sent."""
    _wait("pg_advisory_xact_lock")


def beside_others() -> None:
    """Until the caller's transaction ends nobody changes what holds."""
    _wait("pg_advisory_xact_lock_shared")


def _wait(function: str) -> None:
    """SQLite has one writer at a time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_GOVERNANCE])
