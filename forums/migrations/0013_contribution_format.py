"""Say of each contribution whether its text is plain or Markdown."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forums", "0012_message_id_in_forum")]

    operations = [
        migrations.AddField(
            "contribution",
            "format",
            models.CharField(
                choices=[("plain", "plain"), ("markdown", "Markdown")], default="markdown", max_length=8
            ),
        ),
    ]
