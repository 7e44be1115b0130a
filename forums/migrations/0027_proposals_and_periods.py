"""Add discussions that members propose, and what is told as a period begins and ends."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('forum', '0011_auto_20190627_2132'),
        ('forums', "0026_join_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DiscussionProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('theme', models.TextField()),
                ('why', models.TextField()),
                ('opens_at', models.DateTimeField(blank=True, null=True)),
                ('closes_at', models.DateTimeField(blank=True, null=True)),
                ('moderates', models.BooleanField(default=False, verbose_name='I volunteer to moderate the discussion')),
                ('sponsor', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('waiting', 'waiting for the Secretariat'), ('accepted', 'accepted'), ('declined', 'declined'), ('withdrawn', 'withdrawn')], default='waiting', max_length=9)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('forum', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='forum.forum')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('-pk',),
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['created_at'], name='discussion_proposal_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='proposal_period'), models.CheckConstraint(condition=models.Q(models.Q(('forum__isnull', False), ('state', 'accepted')), models.Q(models.Q(('state', 'accepted'), _negated=True), ('forum__isnull', True)), _connector='OR'), name='proposal_forum')],
            },
        ),
        migrations.CreateModel(
            name='PeriodNotification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opens', 'the discussion has opened'), ('week', 'it closes in a week'), ('day', 'it closes in a day'), ('closes', 'it has closed by the clock'), ('ended', 'somebody has closed it'), ('extended', 'its end is another'), ('reopened', 'it is open again')], max_length=8)),
                ('due_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=255)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('forum', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='forum.forum')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['due_at'], name='period_notification_due')],
                'constraints': [models.UniqueConstraint(fields=('forum', 'kind', 'due_at'), name='period_notification_once')],
            },
        ),
    ]
