"""Since when a delivery that was put off has been due; the release before may leave it empty."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activations", "0013_resends")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="first_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
