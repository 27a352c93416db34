"""While a new release is started, and after the way back, the old one works on the new schema."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import AddField, CreateModel, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

from activations.models import Profile


def added_columns() -> Iterator[tuple[str, models.Field]]:
    """Every column that came to a table later, as it is now."""
    loader = MigrationLoader(None)
    now = loader.project_state().models
    for (app, name), migration in loader.disk_migrations.items():
        if app in {"connections", "activations"} and name != "0001_initial":
            yield from _added(app, migration, now)


def _added(app: str, migration: Migration, now: Any) -> Iterator[tuple[str, models.Field]]:
    """Of one migration; whoever does not know a table adds no rows to it."""
    new = {each.name.lower() for each in migration.operations if isinstance(each, CreateModel)}
    for operation in migration.operations:
        if isinstance(operation, AddField) and operation.model_name.lower() not in new:
            fields = now[app, operation.model_name.lower()].fields
            if operation.name in fields:
                yield f"{app}.{operation.model_name}.{operation.name}", fields[operation.name]


COLUMNS = dict(added_columns())


@pytest.mark.parametrize("where", sorted(COLUMNS))
def test_who_does_not_know_a_column_can_still_add_rows(where: str) -> None:
    field = COLUMNS[where]
    has_no_column = isinstance(field, models.ManyToManyField)
    assert has_no_column or field.null or field.db_default is not NOT_PROVIDED, where


def test_the_columns_that_came_later_are_found() -> None:
    assert "connections.destination.marketing_actions" in COLUMNS


def profile_indexes() -> set[str]:
    """The columns of every index but the key's; a pattern index ends in " like"."""
    table = Profile._meta.db_table
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table)
    indexed = {name: one["columns"] for name, one in found.items() if one["index"] or one["unique"]}
    return {
        f"{', '.join(columns)}{' like' if name.endswith('_like') else ''}"
        for name, columns in indexed.items()
        if columns != ["id"]
    }


@pytest.mark.django_db
def test_a_change_of_a_profile_writes_no_index_that_nobody_reads() -> None:
    assert profile_indexes() == {"identity", "email"}


@pytest.mark.django_db(transaction=True)
def test_the_old_release_gets_its_profile_indexes_back() -> None:
    patterns = {"identity like", "email like"} if connection.vendor == "postgresql" else set()
    try:
        call_command("migrate", "activations", "0015", verbosity=0)
        assert profile_indexes() == {"identity", "email", "updated_at", *patterns}
    finally:
        call_command("migrate", "activations", verbosity=0)
    assert profile_indexes() == {"identity", "email"}
