"""What access labels hold is read with the permissions: no role needs a mark for it any more."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def take_off(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    rows = apps.get_model("auth", "Permission").objects.using(editor.connection.alias)
    rows.filter(content_type__app_label="connections", codename="sees_by_label").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('connections', '0019_knocks_noted_once'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='person',
            options={'default_permissions': (), 'permissions': (('view_destinations', 'View Destinations'), ('manage_destinations', 'Manage Destinations'), ('activate_destinations', 'Activate Destinations'), ('activate_without_mapping', 'Activate Segment without Mapping'), ('view_profiles', 'View Profiles'), ('manage_profiles', 'Manage Profiles'), ('view_segments', 'View Segments'), ('manage_segments', 'Manage Segments'), ('import_audience', 'Import audience'), ('view_identity_graph', 'View Identity Graph'), ('data_monitoring', 'Data Monitoring'), ('view_alerts', 'View Alerts'), ('manage_alerts', 'Manage Alerts'), ('view_alerts_history', 'View Alerts History'), ('resolve_alerts', 'Resolve Alerts'), ('manage_ingestion', 'Manage Ingestion'), ('apply_data_usage_labels', 'Apply Data Usage Labels'), ('view_data_usage_policies', 'View Data Usage Policies'), ('manage_data_usage_policies', 'Manage Data Usage Policies'), ('manage_people', 'Manage People'), ('view_user_activity_log', 'View User Activity Log'))},
        ),
        # The way back needs nothing: after it, migrating puts the mark on again.
        migrations.RunPython(take_off, migrations.RunPython.noop),
    ]
