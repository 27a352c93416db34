"""The rows of a state and code by their key: a page of them is one range of an index.

Without the key at its end PostgreSQL walked through the primary key to find the first 25 of a
rare code in their order, two million rows for some. A million deliveries are read through once,
and workers go on meanwhile.
"""

from django.db import migrations, models

from connections.migrations._indexes import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("activations", "0010_draft_based_on")]

    operations = [
        AddIndexBesideWriters(
            model_name="delivery",
            index=models.Index(
                fields=["destination", "state", "code", "id"], name="delivery_by_code"
            ),
        ),
    ]
