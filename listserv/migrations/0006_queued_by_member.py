from django.db import migrations, models


class Migration(migrations.Migration):
    """Let the mails of one member that wait be counted without looking at those of everybody."""

    dependencies = [("listserv", "0005_archive_imports")]

    operations = [
        migrations.AddIndex(
            model_name="inboundmail",
            index=models.Index(
                condition=models.Q(("state", "queued")), fields=["member", "state"], name="inbound_queued_member"
            ),
        ),
    ]
