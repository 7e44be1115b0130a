"""Fill in how the authors of earlier contributions stand today, marked as filled in later: nothing better is known."""

from django.db import migrations
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def fill(apps, schema_editor):
    """Copy name, country, organisation, language and role; somebody who left for good keeps no name."""
    contributions = apps.get_model("forums", "Contribution").objects
    members = apps.get_model("members", "Member").objects
    memberships = apps.get_model("forums", "Membership").objects
    author = members.filter(pk=OuterRef("author_id"))
    role = memberships.filter(member_id=OuterRef("author_id"), forum__topics__posts=OuterRef("post_id"))
    contributions.update(
        author_name=Subquery(author.values("name")[:1]),
        author_country=Coalesce(Subquery(author.values("country")[:1]), Value("")),
        author_organisation=Subquery(author.values("organisation")[:1]),
        author_language=Subquery(author.values("language")[:1]),
        author_role=Coalesce(Subquery(role.values("role")[:1]), Value("")),
        author_filled_later=True,
    )
    former = members.exclude(anonymised_at=None)
    contributions.filter(author_id__in=former.values("pk")).update(author_name="", author_organisation="")
    contributions.exclude(imported=None).update(author_role="")


class Migration(migrations.Migration):
    dependencies = [
        ("forums", "0003_circumstances"),
        ("forum_conversation", "0013_auto_20201220_1745"),
        ("members", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
