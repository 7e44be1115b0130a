"""Keep how the authors of contributions were called; earlier ones get the name of today."""

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Fill in names, except of those who left for good."""
    members = apps.get_model("members", "Member").objects.filter(pk=OuterRef("author_id"), anonymised_at=None)
    documents = apps.get_model("hubsearch", "SearchDocument").objects.filter(
        author__isnull=False, author__anonymised_at=None
    )
    keys = documents.values("pk")
    apps.get_model("hubsearch", "SearchDocument").objects.filter(pk__in=keys).update(
        author_name=Subquery(members.values("name")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("hubsearch", "0002_full_text"), ("members", "0001_initial")]

    operations = [
        migrations.AlterField(
            "searchdocument",
            "author_name",
            models.CharField(blank=True, help_text="as they were called when they wrote it", max_length=150),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
