"""An index over a large table, dropped while others write to it."""

from typing import Any

from django.contrib.postgres.operations import NotInTransactionMixin
from django.db.migrations.operations.base import Operation


class DropFieldIndex(NotInTransactionMixin, Operation):
    """The index that a field brought along goes; the field's own state is another operation's.

    Nobody waits for it; its migration is not atomic. Of text Django makes a second index on
    PostgreSQL (`is_pattern`), for LIKE 'x%': no other database has that one.
    """

    reversible = True

    def __init__(self, model_name: str, field_name: str, *, is_pattern: bool = False) -> None:
        self.model_name = model_name
        self.field_name = field_name
        self.is_pattern = is_pattern

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing that models know of."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        if self.is_pattern and not is_postgresql:
            return
        if is_postgresql:
            self._ensure_not_in_transaction(schema_editor)
        model, field = self._indexed(app_label, from_state)
        suffix = "_like" if self.is_pattern else ""
        name = schema_editor._create_index_name(model._meta.db_table, [field.column], suffix)
        beside = "CONCURRENTLY " if is_postgresql else ""
        schema_editor.execute(f"DROP INDEX {beside}IF EXISTS {schema_editor.quote_name(name)}")

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        model, field = self._indexed(app_label, to_state)
        if not self.is_pattern:
            schema_editor.execute(schema_editor._create_index_sql(model, fields=[field]))
        elif schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(schema_editor._create_like_index_sql(model, field))

    def describe(self) -> str:
        """For `migrate` and `sqlmigrate`."""
        kind = "pattern index" if self.is_pattern else "index"
        return f"Drop the {kind} of {self.field_name} on {self.model_name}"

    def _indexed(self, app_label: str, state: Any) -> tuple[Any, Any]:
        model = state.apps.get_model(app_label, self.model_name)
        return model, model._meta.get_field(self.field_name)
