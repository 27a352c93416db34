"""Drops what every change of a profile wrote and nobody read: two fifths of its log."""

from django.db import migrations, models

from activations.migrations._indexes import DropFieldIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("activations", "0015_delivery_put_off")]

    operations = [
        DropFieldIndex("profile", "identity", is_pattern=True),
        DropFieldIndex("profile", "email", is_pattern=True),
        migrations.SeparateDatabaseAndState(
            database_operations=[DropFieldIndex("profile", "updated_at")],
            state_operations=[
                migrations.AlterField(
                    model_name="profile", name="updated_at", field=models.DateTimeField()
                )
            ],
        ),
    ]
