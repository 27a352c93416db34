"""Finds what is open among all alerts that were ever triggered."""

from django.db import migrations, models

from connections.migrations._indexes import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("connections", "0016_shortcuts")]

    operations = [
        AddIndexBesideWriters(
            model_name="alert",
            index=models.Index(
                condition=models.Q(("resolved_at__isnull", True)),
                fields=["-triggered_at", "-id"],
                name="alert_open",
            ),
        ),
    ]
