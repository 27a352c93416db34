"""Mappings may write a constant."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activations", "0007_uploads")]

    operations = [
        migrations.AlterField(
            model_name="fieldmapping",
            name="source_kind",
            field=models.CharField(
                choices=[
                    ("attribute", "Attribute"),
                    ("identity", "Identity namespace"),
                    ("constant", "Constant value"),
                ],
                max_length=10,
            ),
        ),
    ]
