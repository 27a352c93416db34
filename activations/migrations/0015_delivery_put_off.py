"""Finds the oldest change that was put off: a million deliveries are read through once for it."""

from django.db import migrations, models

from connections.migrations._indexes import AddIndexBesideWriters


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("activations", "0014_delivery_first_due_at")]

    operations = [
        AddIndexBesideWriters(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("first_due_at__isnull", False)),
                fields=["destination", "lane", "first_due_at"],
                name="delivery_put_off",
            ),
        ),
    ]
