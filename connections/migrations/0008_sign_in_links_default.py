"""A release that does not know the column makes sign-in links too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0007_marketing_actions")]

    operations = [
        migrations.AlterField(
            model_name="signinlink",
            name="is_invitation",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
