"""The policies a new installation begins with, all disabled: for each marketing action the labels against it."""

from django.db import migrations

# Name, labels, marketing action. C12 needs no policy: it is never exported.
POLICIES = (
    ('Advertising on own sites', ('C4', 'C6'), 'onsite-advertising'),
    ('Analytics', ('C8',), 'analytics'),
    ('Combining with identifiable data', ('C3',), 'combine-with-directly-identifiable-data'),
    ('Comparing with partners', ('C11',), 'segment-match'),
    ('Content on own sites', ('C4', 'C7'), 'onsite-personalization'),
    ('Data science', ('C9',), 'data-science'),
    ('E-mail targeting', ('C4',), 'email-targeting'),
    ('Export to third parties', ('C1', 'C2'), 'export-to-third-party'),
    ('Stitched identities', ('C10',), 'single-identity-personalization'),
    ('Targeting across sites', ('C4', 'C5'), 'cross-site-targeting'),
)


def create_policies(apps, schema_editor):
    policies = apps.get_model('activations', 'Policy').objects
    for name, labels, action in POLICIES:
        policies.create(
            name=name,
            labels=list(labels),
            label_match='any',
            marketing_actions=[action],
            status='disabled',
            is_core=True,
        )


def forget_policies(apps, schema_editor):
    apps.get_model('activations', 'Policy').objects.filter(is_core=True).delete()


class Migration(migrations.Migration):

    dependencies = [('activations', '0017_data_usage_policies')]

    operations = [migrations.RunPython(create_policies, forget_policies)]
