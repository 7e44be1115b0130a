"""Add what a discussion is convened with: background, registration, attribution, sponsors."""

from django.db import migrations, models
from django.db.models import F


def fill(apps, schema_editor):
    """Let people register as they did; mend periods that end before they begin."""
    policies = apps.get_model("forums", "ForumPolicy").objects
    policies.exclude(preset__in=("closed", "readable")).update(registration="open")
    policies.filter(closes_at__lt=F("opens_at")).update(opens_at=F("closes_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('forums', '0022_log_entry'),
    ]

    operations = [
        migrations.AddField(
            model_name='forumpolicy',
            name='attribution',
            field=models.CharField(choices=[('named', 'what is published names its authors'), ('unattributed', 'views are not attributed to States or persons in what is published')], default='named', max_length=12, verbose_name='attribution'),
        ),
        migrations.AddField(
            model_name='forumpolicy',
            name='background',
            field=models.TextField(blank=True, verbose_name='background note'),
        ),
        migrations.AddField(
            model_name='forumpolicy',
            name='background_html',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='forumpolicy',
            name='minimum_participants',
            field=models.PositiveIntegerField(default=0, verbose_name='minimum number of participants'),
        ),
        migrations.AddField(
            model_name='forumpolicy',
            name='registration',
            field=models.CharField(choices=[('open', 'open to everybody'), ('approval', 'with approval'), ('nomination', 'by nomination'), ('invitation', 'by invitation')], default='approval', max_length=10, verbose_name='registration'),
        ),
        migrations.AddField(
            model_name='forumpolicy',
            name='registration_closes_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='registration closes'),
        ),
        migrations.AddField(
            model_name='forumpolicy',
            name='sponsors',
            field=models.TextField(blank=True, help_text='One per line.', verbose_name='co-sponsors'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
