"""Who may read the audit log: whoever manages people, who could give it to themselves anyway."""

from django.db import migrations
from django.db.models import Q

CODENAME, NAME = 'view_user_activity_log', 'View User Activity Log'
ADMINISTRATOR = 'Administrator'
ROLES = {ADMINISTRATOR: {CODENAME}}


def add_permission(apps, schema_editor):
    # Django makes permissions after the last migration only, which is too late here.
    content_types = apps.get_model('contenttypes', 'ContentType').objects
    content_type, _ = content_types.get_or_create(app_label='connections', model='person')
    permission, _ = apps.get_model('auth', 'Permission').objects.get_or_create(
        content_type=content_type, codename=CODENAME, defaults={'name': NAME}
    )
    manages = Q(
        permissions__codename='manage_people',
        permissions__content_type__app_label='connections',
    )
    administrators = Q(name=ADMINISTRATOR) | manages
    for role in apps.get_model('auth', 'Group').objects.filter(administrators).distinct():
        role.permissions.add(permission)


def take_permission(apps, schema_editor):
    apps.get_model('auth', 'Permission').objects.filter(
        content_type__app_label='connections', codename=CODENAME
    ).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('connections', '0012_audit_log'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [migrations.RunPython(add_permission, take_permission)]
