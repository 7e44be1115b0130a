from django.db import migrations, models


class Migration(migrations.Migration):
    """Let the fan-out walk a roster whatever way of delivery stands there, and a mailing say why it waits."""

    dependencies = [("listserv", "0006_queued_by_member")]

    operations = [
        migrations.RemoveIndex(model_name="subscription", name="subscription_walk"),
        migrations.AddField(
            model_name="mailing", name="last_reply", field=models.CharField(blank=True, max_length=500)
        ),
        migrations.AddIndex(
            model_name="subscription",
            index=models.Index(
                condition=models.Q(("ended_at", None), ("suspended_at", None)),
                fields=["list", "id"],
                name="subscription_walk",
            ),
        ),
    ]
