"""Let what is new to a reader be counted in an index alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forums", "0018_topic_order")]

    operations = [
        migrations.AddIndex(
            "contribution",
            models.Index(
                condition=models.Q(("imported__isnull", True)),
                fields=["topic", "state", "number", "author"],
                name="contribution_new",
            ),
        ),
    ]
