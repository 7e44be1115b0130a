"""Keep with each act in the log how those named stood; earlier acts get what is known today."""

from django.db import migrations, models


def fill(apps, schema_editor):
    """Fill in name, role and country of today; who left for good keeps no name."""
    events = apps.get_model("conferences", "Event").objects
    memberships = apps.get_model("forums", "Membership").objects
    roles = dict()
    for forum_id in apps.get_model("conferences", "Conference").objects.values_list("forum_id", flat=True):
        for member_id, role in memberships.filter(forum_id=forum_id).values_list("member_id", "role"):
            roles[forum_id, member_id] = role

    def standing(member, forum_id):
        return {
            "name": "" if member.anonymised_at else member.name,
            "role": roles.get((forum_id, member.pk), ""),
            "country": str(member.country or ""),
            "filled_later": "1",
        }

    rows = events.select_related("conference_session__conference", "actor", "floor_request__member")
    batch = []
    for event in rows.order_by("pk").iterator(chunk_size=500):
        forum_id = event.conference_session.conference.forum_id
        named = {"actor": event.actor, "member": event.floor_request.member if event.floor_request else None}
        event.people = {place: standing(member, forum_id) for place, member in named.items() if member is not None}
        batch.append(event)
        if len(batch) == 500:
            events.bulk_update(batch, ["people"])
            batch = []
    if batch:
        events.bulk_update(batch, ["people"])


class Migration(migrations.Migration):
    dependencies = [
        ("conferences", "0002_store_rendered_background"),
        ("forums", "0001_initial"),
        ("members", "0001_initial"),
    ]

    operations = [
        migrations.AddField("event", "people", models.JSONField(default=dict)),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
