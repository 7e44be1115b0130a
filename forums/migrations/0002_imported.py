"""Tell what was imported from what was said here, and keep of its header what the record has no place for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forums", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="contribution",
            name="imported",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
