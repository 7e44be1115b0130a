"""Say of each document which folding made its index; empty for the first, which the worker makes anew.

A column that may be empty is added in place: SQLite would make the table anew for any other, and lose the triggers of
migration 0002 with the old one.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("hubsearch", "0003_author_names")]

    operations = [
        migrations.AddField(
            "searchdocument", "folding", models.PositiveSmallIntegerField(editable=False, null=True)
        ),
        migrations.AddIndex("searchdocument", models.Index(fields=["folding"], name="search_folding")),
    ]
