"""Write down the forum of each contribution there is."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill_forum(apps, schema_editor):
    Contribution = apps.get_model("forums", "Contribution")
    Post = apps.get_model("forum_conversation", "Post")
    forum = Post.objects.filter(pk=OuterRef("post_id")).values("topic__forum_id")[:1]
    Contribution.objects.update(forum=Subquery(forum))


class Migration(migrations.Migration):
    dependencies = [("forum_conversation", "0013_auto_20201220_1745"), ("forums", "0010_contribution_forum")]

    operations = [migrations.RunPython(fill_forum, migrations.RunPython.noop)]
