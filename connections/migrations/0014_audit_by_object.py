"""The entries of one object, the newest first: the rail of a destination shows the last.

A year of entries is read through once, and whoever notes one goes on meanwhile.
"""

from django.db import migrations, models

from connections.migrations._indexes import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("connections", "0013_audit_role")]

    operations = [
        AddIndexBesideWriters(
            model_name="auditentry",
            index=models.Index(
                fields=["kind", "reference", "-at", "-id"], name="audit_by_object"
            ),
        ),
    ]
