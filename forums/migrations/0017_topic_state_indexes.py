"""Index contributions by topic and by forum, now that each has its topic."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forum_conversation", "0013_auto_20201220_1745"), ("forums", "0016_fill_topic_state")]

    operations = [
        migrations.AlterField(
            "contribution",
            "topic",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="forum_conversation.topic",
            ),
        ),
        migrations.AddIndex(
            "contribution", models.Index(fields=["topic", "state", "number"], name="contribution_topic")
        ),
        migrations.AddIndex(
            "contribution", models.Index(fields=["forum", "state", "number"], name="contribution_forum")
        ),
        migrations.AddIndex(
            "contribution",
            models.Index(
                condition=models.Q(("imported__isnull", True)),
                fields=["forum", "state", "number"],
                name="contribution_news",
            ),
        ),
        migrations.AddIndex(
            "topicstate", models.Index(fields=["forum", "last_number"], name="topic_state_forum")
        ),
    ]
