"""Keep the subject as a mail brought it, of what was imported and of what came by the gateway alike."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forums", "0019_count_in_an_index")]

    operations = [
        migrations.AddField("contribution", "original_subject", models.TextField(blank=True, default="")),
    ]
