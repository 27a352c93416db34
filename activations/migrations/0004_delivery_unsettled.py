"""Find what is in doubt at once.

A few rows of a large table: it is read through once, 0.3 seconds for a million.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activations", "0003_counts")]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["destination"],
                condition=models.Q(unsettled_until__isnull=False),
                name="delivery_unsettled",
            ),
        ),
    ]
