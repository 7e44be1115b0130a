"""Number the wordings of contributions and summaries, so that a decision can name the one it was made on."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forum", "0011_auto_20190627_2132"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("forums", "0006_contribution_renderer"),
    ]

    operations = [
        migrations.AddField("contribution", "content_digest", models.CharField(blank=True, max_length=64)),
        migrations.AddField("contribution", "revision", models.PositiveIntegerField(default=0)),
        migrations.AddField("contribution", "decided_revision", models.PositiveIntegerField(blank=True, null=True)),
        migrations.AddField("contribution", "decision_reason", models.CharField(blank=True, max_length=255)),
        migrations.AddField("forumpolicy", "summary_revision", models.PositiveIntegerField(default=0)),
        migrations.AddField("revision", "number", models.PositiveIntegerField(default=0)),
        migrations.AddField("revision", "was_public", models.BooleanField(default=True)),
        migrations.CreateModel(
            name="SummaryVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField(blank=True)),
                ("written_at", models.DateTimeField(blank=True, null=True)),
                (
                    "forum",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="forum.forum"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
                "constraints": [models.UniqueConstraint(fields=("forum", "number"), name="summary_version_once")],
            },
        ),
    ]
