"""What an author ticked in the connect wizard becomes their own subscription.

A destination without an author comes from a workspace file: its alerts stay those of the file.
"""

from django.db import migrations


def subscribe(apps, schema_editor):
    Destination = apps.get_model("connections", "Destination")
    Subscription = apps.get_model("connections", "Subscription")
    chosen = Destination.objects.filter(created_by__isnull=False).exclude(alerts=[])
    for destination in chosen.iterator():
        Subscription.objects.bulk_create(
            [
                Subscription(
                    destination=destination, person_id=destination.created_by_id, code=code
                )
                for code in destination.alerts
            ],
            ignore_conflicts=True,
        )
        Destination.objects.filter(pk=destination.pk).update(alerts=[])


def unsubscribe(apps, schema_editor):
    Destination = apps.get_model("connections", "Destination")
    Subscription = apps.get_model("connections", "Subscription")
    for destination in Destination.objects.filter(created_by__isnull=False).iterator():
        theirs = Subscription.objects.filter(
            destination=destination, person_id=destination.created_by_id
        )
        codes = list(theirs.order_by("pk").values_list("code", flat=True))
        Destination.objects.filter(pk=destination.pk).update(alerts=codes)


class Migration(migrations.Migration):
    dependencies = [("connections", "0005_alert_rules")]

    operations = [migrations.RunPython(subscribe, unsubscribe)]
