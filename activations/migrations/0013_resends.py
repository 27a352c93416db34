"""Store the jobs of Activate now."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activations', '0012_no_delivery_by_state'),
        ('connections', '0007_marketing_actions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Resend',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('lined_up_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('cursor', models.BigIntegerField(default=0)),
                ('under_way', models.JSONField(blank=True, default=list)),
                ('members', models.PositiveBigIntegerField(default=0)),
                ('activated', models.PositiveBigIntegerField(default=0)),
                ('excluded', models.PositiveBigIntegerField(default=0)),
                ('failed', models.PositiveBigIntegerField(default=0)),
                ('left', models.PositiveBigIntegerField(default=0)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('audience', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='resends', to='activations.audience')),
                ('destination', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='resends', to='connections.destination')),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
                'indexes': [models.Index(fields=['destination', 'audience', 'created_at'], name='resend_newest'), models.Index(fields=['destination', 'created_at'], name='resend_by_age')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True)), fields=('destination', 'audience'), name='one_open_resend_per_destination_and_audience')],
            },
        ),
    ]
