"""A constant identity would make one person of all contacts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activations", "0008_constant_sources")]

    operations = [
        migrations.AddConstraint(
            model_name="fieldmapping",
            constraint=models.CheckConstraint(
                condition=~models.Q(source_kind="constant", target_kind="identity"),
                name="no_identity_is_a_constant",
            ),
        ),
    ]
