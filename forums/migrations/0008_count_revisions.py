"""Number the earlier words that are kept, count them, and keep the reasons of rejections apart from those of edits."""

from django.db import migrations
from django.db.models import Count, OuterRef, Subquery

CHUNK = 500


def count_revisions(apps, schema_editor):
    Contribution = apps.get_model("forums", "Contribution")
    Revision = apps.get_model("forums", "Revision")
    rows, last, number = [], None, 0
    kept = Revision.objects.select_related("contribution").order_by("contribution_id", "edited_at", "pk")
    for row in kept.iterator(chunk_size=CHUNK):
        number = number + 1 if row.contribution_id == last else 0
        last = row.contribution_id
        row.number, row.was_public = number, _was_public(row)
        rows.append(row)
        if len(rows) == CHUNK:
            Revision.objects.bulk_update(rows, ["number", "was_public"])
            rows = []
    Revision.objects.bulk_update(rows, ["number", "was_public"])
    counts = Revision.objects.order_by().values("contribution_id").annotate(count=Count("pk"))
    for found in counts.iterator(chunk_size=CHUNK):
        Contribution.objects.filter(pk=found["contribution_id"]).update(revision=found["count"])


def _was_public(row):
    """Whether what was replaced had been shown: it was neither held nor rejected when it was changed."""
    contribution = row.contribution
    if contribution.state != "accepted":
        return False
    return contribution.decided_at is None or contribution.decided_at < row.edited_at


def keep_reasons(apps, schema_editor):
    Contribution = apps.get_model("forums", "Contribution")
    Post = apps.get_model("forum_conversation", "Post")
    reason = Post.objects.filter(pk=OuterRef("post_id")).values("update_reason")[:1]
    rejected = Contribution.objects.filter(state="rejected").exclude(post__update_reason=None)
    rejected.update(decision_reason=Subquery(reason))


class Migration(migrations.Migration):
    dependencies = [("forum_conversation", "0013_auto_20201220_1745"), ("forums", "0007_revisions")]

    operations = [
        migrations.RunPython(count_revisions, migrations.RunPython.noop),
        migrations.RunPython(keep_reasons, migrations.RunPython.noop),
    ]
