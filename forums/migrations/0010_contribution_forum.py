"""Give contributions the forum of their topic, for Message-IDs that are one in a forum."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forum", "0011_auto_20190627_2132"), ("forums", "0009_revision_once")]

    operations = [
        migrations.AddField(
            "contribution",
            "forum",
            models.ForeignKey(
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="forum.forum",
            ),
        ),
    ]
