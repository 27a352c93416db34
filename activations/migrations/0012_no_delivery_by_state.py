"""The index by state and code finds no more than the one that also has the key.

Apart from the one before: within one transaction the table's lock would have to be raised, and
workers that are alive would wait for the migration while it waits for them.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("activations", "0011_delivery_by_code")]

    operations = [
        migrations.RemoveIndex(model_name="delivery", name="delivery_by_state"),
    ]
