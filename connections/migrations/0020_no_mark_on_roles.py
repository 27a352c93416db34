"""What access labels hold is read with the permissions: no role needs a mark for it any more.

The marks that there are stay: processes of before go by them, and nothing else looks at them.
"""

from django.db import migrations


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
    ]
