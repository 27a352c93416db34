"""Store uploads of audiences, counts of audiences by day, and of records by hour."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('activations', '0006_audience_runs'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='audience',
            name='origin',
            field=models.CharField(choices=[('profiles', 'Profile ingestion'), ('workspace', 'Workspace file'), ('browser', 'Created here'), ('upload', 'Custom upload')], default='profiles', max_length=20),
        ),
        migrations.CreateModel(
            name='IngestHour',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('api', 'HTTP API'), ('upload', 'Upload')], max_length=10)),
                ('started_at', models.DateTimeField()),
                ('code', models.CharField(blank=True, max_length=60)),
                ('count', models.PositiveBigIntegerField(default=0)),
            ],
            options={
                'ordering': ('-started_at', 'source', 'code'),
                'constraints': [models.UniqueConstraint(fields=('source', 'started_at', 'code'), name='one_count_per_source_hour_and_code')],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('file_name', models.CharField(max_length=255)),
                ('size', models.PositiveBigIntegerField()),
                ('encoding', models.CharField(max_length=20)),
                ('delimiter', models.CharField(max_length=1)),
                ('columns', models.JSONField(default=list)),
                ('expiry_days', models.PositiveSmallIntegerField(default=30)),
                ('replaces', models.BooleanField(default=False)),
                ('status', models.CharField(choices=[('draft', 'Not started'), ('running', 'Running'), ('finished', 'Finished'), ('cancelled', 'Cancelled'), ('failed', 'Failed')], default='draft', max_length=10)),
                ('problem', models.CharField(blank=True, max_length=500)),
                ('cursor', models.PositiveBigIntegerField(default=0)),
                ('row_number', models.PositiveBigIntegerField(default=0)),
                ('rows_read', models.PositiveBigIntegerField(default=0)),
                ('rows_rejected', models.PositiveBigIntegerField(default=0)),
                ('members_left', models.PositiveBigIntegerField(default=0)),
                ('fence', models.PositiveIntegerField(default=0)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('audience', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='activations.audience')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-created_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='UploadReject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveBigIntegerField()),
                ('code', models.CharField(max_length=60)),
                ('message', models.CharField(max_length=300)),
                ('upload', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rejects', to='activations.upload')),
            ],
            options={
                'ordering': ('upload_id', 'row'),
            },
        ),
        migrations.CreateModel(
            name='AudienceDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('realized', models.PositiveBigIntegerField(default=0)),
                ('existing', models.PositiveBigIntegerField(default=0)),
                ('exited', models.PositiveBigIntegerField(default=0)),
                ('counted_at', models.DateTimeField()),
                ('audience', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='days', to='activations.audience')),
            ],
            options={
                'ordering': ('audience_id', 'on'),
                'constraints': [models.UniqueConstraint(fields=('audience', 'on'), name='one_count_per_audience_and_day')],
            },
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(condition=models.Q(('status', 'running')), fields=['created_at'], name='upload_running'),
        ),
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(fields=['-created_at', '-id'], name='upload_by_age'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('status', 'draft'), ('status', 'cancelled'), models.Q(('audience__isnull', False), ('started_at__isnull', False)), _connector='OR'), name='upload_under_way_has_an_audience'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'running')), fields=('audience',), name='one_upload_at_a_time_per_audience'),
        ),
        migrations.AddConstraint(
            model_name='upload',
            constraint=models.CheckConstraint(condition=models.Q(('expiry_days__gte', 1), ('expiry_days__lte', 90)), name='upload_expires_in_1_to_90_days'),
        ),
        migrations.AddConstraint(
            model_name='uploadreject',
            constraint=models.UniqueConstraint(fields=('upload', 'row'), name='a_row_is_rejected_once'),
        ),
    ]
