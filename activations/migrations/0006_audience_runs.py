"""The hourly runs of audiences, and an index by which what ended lately is found.

The index first: a worker that is alive writes deliveries before destinations, and the locks of
this transaction are taken in the same order. A million deliveries are read through once.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0002_alerts"),
        ("activations", "0005_no_delivery_by_contact"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                fields=["updated_at", "destination", "state", "code"],
                condition=models.Q(state__in=["excluded", "failed"]),
                name="delivery_ended",
            ),
        ),
        migrations.CreateModel(
            name="AudienceRunCursor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("counted_until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AudienceRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "destination",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="audience_runs",
                        to="connections.destination",
                    ),
                ),
                (
                    "audience",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="activations.audience",
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("activated", models.PositiveBigIntegerField(default=0)),
                ("excluded", models.PositiveBigIntegerField(default=0)),
                ("failed", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "ordering": ("-started_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("destination", "audience", "started_at"),
                        name="one_run_per_destination_audience_and_hour",
                    )
                ],
                "indexes": [
                    models.Index(
                        fields=["started_at", "audience", "activated"], name="audience_run_hour"
                    ),
                    models.Index(
                        fields=["destination", "started_at"],
                        condition=models.Q(failed__gt=0),
                        name="audience_run_failed",
                    ),
                ],
            },
        ),
    ]
