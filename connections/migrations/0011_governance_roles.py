"""Who may do what about data usage policies: whoever could do everything still can."""

from django.db import migrations

PERMISSIONS = {
    'apply_data_usage_labels': 'Apply Data Usage Labels',
    'view_data_usage_policies': 'View Data Usage Policies',
    'manage_data_usage_policies': 'Manage Data Usage Policies',
}
ADMINISTRATOR = 'Administrator'
ROLES = {
    ADMINISTRATOR: set(PERMISSIONS),
    'Marketer': {'view_data_usage_policies'},
    'Data engineer': {'view_data_usage_policies', 'apply_data_usage_labels'},
}


def add_permissions(apps, schema_editor):
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
    for role in apps.get_model('auth', 'Group').objects.filter(name__in=ROLES):
        role.permissions.add(*(known[codename] for codename in sorted(ROLES[role.name])))


def take_permissions(apps, schema_editor):
    apps.get_model('auth', 'Permission').objects.filter(
        content_type__app_label='connections', codename__in=PERMISSIONS
    ).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0010_governance_permissions'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [migrations.RunPython(add_permissions, take_permissions)]
