"""The roles a new installation begins with; whoever was here before keeps every right."""

from django.db import migrations

ADMINISTRATOR = 'Administrator'
PERMISSIONS = {
    'view_destinations': 'View Destinations',
    'manage_destinations': 'Manage Destinations',
    'activate_destinations': 'Activate Destinations',
    'activate_without_mapping': 'Activate Segment without Mapping',
    'view_profiles': 'View Profiles',
    'manage_profiles': 'Manage Profiles',
    'view_segments': 'View Segments',
    'manage_segments': 'Manage Segments',
    'import_audience': 'Import audience',
    'view_identity_graph': 'View Identity Graph',
    'data_monitoring': 'Data Monitoring',
    'view_alerts': 'View Alerts',
    'manage_alerts': 'Manage Alerts',
    'view_alerts_history': 'View Alerts History',
    'resolve_alerts': 'Resolve Alerts',
    'manage_ingestion': 'Manage Ingestion',
    'manage_people': 'Manage People',
}
VIEWING = {'view_destinations', 'view_profiles', 'view_segments', 'view_alerts'}
ROLES = {
    ADMINISTRATOR: set(PERMISSIONS),
    'Marketer': VIEWING | {
        'activate_destinations',
        'activate_without_mapping',
        'manage_segments',
        'import_audience',
        'view_identity_graph',
        'data_monitoring',
        'view_alerts_history',
        'manage_alerts',
    },
    'Support agent': VIEWING,
    'Data engineer': VIEWING | {
        'manage_ingestion',
        'manage_profiles',
        'manage_segments',
        'import_audience',
        'view_identity_graph',
        'data_monitoring',
        'view_alerts_history',
    },
}


def create_roles(apps, schema_editor):
    # Django makes permissions after the last migration only, which is too late here.
    content_types = apps.get_model('contenttypes', 'ContentType').objects
    permissions = apps.get_model('auth', 'Permission').objects
    content_type, _ = content_types.get_or_create(app_label='connections', model='person')
    known = {
        codename: permissions.get_or_create(
            content_type=content_type, codename=codename, defaults={'name': name}
        )[0]
        for codename, name in PERMISSIONS.items()
    }
    groups = apps.get_model('auth', 'Group').objects
    for name, codenames in ROLES.items():
        role, is_new = groups.get_or_create(name=name)
        if is_new:
            role.permissions.set(known[codename] for codename in codenames)


def keep_rights(apps, schema_editor):
    administrator = apps.get_model('auth', 'Group').objects.get(name=ADMINISTRATOR)
    people = apps.get_model('auth', 'User').objects.filter(is_superuser=False)
    administrator.user_set.add(*people)


def forget_roles(apps, schema_editor):
    apps.get_model('auth', 'Group').objects.filter(name__in=ROLES).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0003_people'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.RunPython(create_roles, forget_roles),
        migrations.RunPython(keep_rights, migrations.RunPython.noop),
    ]
