"""Can this process serve pages? The database answers and every migration is applied."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def problem() -> str:
    """What is missing, in words; empty when ready."""
    try:
        waiting = waiting_migrations()
    except DatabaseError as error:
        return f"The database does not answer ({type(error).__name__})."
    if waiting:
        return f"{waiting} migrations are not applied: run `manage.py migrate`."
    return ""


def waiting_migrations() -> int:
    """How many migrations are still to be applied."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
