"""Give contributions the topic of their post, and topics a row that says what is new in them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forum", "0011_auto_20190627_2132"),
        ("forum_conversation", "0013_auto_20201220_1745"),
        ("forums", "0014_mail_is_plain"),
    ]

    operations = [
        migrations.AddField(
            "contribution",
            "topic",
            models.ForeignKey(
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="forum_conversation.topic",
            ),
        ),
        migrations.CreateModel(
            name="TopicState",
            fields=[
                (
                    "topic",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="forum_conversation.topic",
                    ),
                ),
                ("last_number", models.BigIntegerField(default=0)),
                (
                    "forum",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="forum.forum",
                    ),
                ),
            ],
        ),
        migrations.AlterField(
            "readmark",
            "topic",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="read_marks",
                to="forum_conversation.topic",
            ),
        ),
    ]
