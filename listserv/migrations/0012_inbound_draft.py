"""Keep what the session has read of a message until it is published."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column; NULL everywhere: what waits from before is read once more."""

    dependencies = [("listserv", "0011_shown_revisions")]

    operations = [
        migrations.AddField(
            "inboundmail",
            "draft",
            models.BinaryField(null=True, help_text="what was read of it, until it is published"),
        ),
    ]
