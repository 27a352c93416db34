"""Can this process serve pages? The database answers and every migration is applied."""

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from redis import RedisError


class DatabaseAway(Exception):
    """The database does not answer, in words. Waiting may help."""


def problem() -> str:
    """What is missing, in words; empty when ready."""
    try:
        waiting = waiting_migrations()
    except DatabaseAway as away:
        return str(away)
    if waiting:
        return f"{waiting} migrations are not applied: run `manage.py migrate`."
    return ""


def absent() -> list[str]:
    """What does not answer although it was set up, and is not needed to serve."""
    try:
        cache.get("readiness")
    except RedisError:
        return ["redis"]
    return []


def waiting_migrations() -> int:
    """How many migrations are still to be applied. Raises DatabaseAway."""
    # A connection of its own: on one that is open already, a server that stands still is waited
    # for without end; a new one is given up after `connect_timeout`.
    own = connection.copy()
    try:
        executor = MigrationExecutor(own)
        return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except (DatabaseError, InterfaceError) as error:
        # The text of the error may hold the address with its user.
        words = f"The database does not answer ({type(error).__name__})."
        raise DatabaseAway(words) from None
    finally:
        own.close()
