"""The rows of a state and code by their key: a page of them is one range of an index.

Without the key at its end PostgreSQL walked through the primary key to find the first 25 of a
rare code in their order, two million rows for some. A million deliveries are read through once.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activations", "0010_draft_based_on")]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["destination", "state", "code", "id"], name="delivery_by_code"
            ),
        ),
    ]
