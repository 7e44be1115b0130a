"""Let a Message-ID mean one contribution in one forum, whatever other forums have under it."""

import secrets

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count


def rename_doubles(apps, schema_editor):
    """Give what shares its Message-ID with another forum one of its own: before this, one could have it alone."""
    Contribution = apps.get_model("forums", "Contribution")
    shared = Contribution.objects.order_by().values("message_id").annotate(count=Count("pk")).filter(count__gt=1)
    for name in shared.values_list("message_id", flat=True):
        rows = Contribution.objects.filter(message_id=name).order_by("number").values_list("pk", flat=True)
        for pk in list(rows)[1:]:
            Contribution.objects.filter(pk=pk).update(message_id=f"{secrets.token_hex(16)}@moved.invalid")


class Migration(migrations.Migration):
    dependencies = [("forum", "0011_auto_20190627_2132"), ("forums", "0011_fill_contribution_forum")]

    operations = [
        migrations.AlterField(
            "contribution",
            "forum",
            models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="forum.forum"
            ),
        ),
        migrations.AlterField("contribution", "message_id", models.CharField(max_length=255)),
        migrations.AddConstraint(
            "contribution",
            models.UniqueConstraint(fields=("forum", "message_id"), name="contribution_message_id_once"),
        ),
        # The last one here is the first on the way back.
        migrations.RunPython(migrations.RunPython.noop, rename_doubles),
    ]
