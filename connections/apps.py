"""The Django app of accounts and destinations."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ConnectionsConfig(AppConfig):
    name = "connections"

    def ready(self) -> None:
        from connections import checks  # noqa: F401  (registers the system checks)
        from connections.access_labels import mark_all

        # After Django's own receiver, which makes the row of the mark.
        post_migrate.connect(mark_all, sender=self)
