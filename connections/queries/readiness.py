"""Can this process serve pages? The database answers and every migration is applied."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor


def problem() -> str:
    """What is missing, in words; empty when ready."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"The database does not answer ({type(error).__name__})."
    if waiting:
        return f"{len(waiting)} migrations are not applied: run `manage.py migrate`."
    return ""
