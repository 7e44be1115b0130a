"""Move the subjects that imports kept beside the record to the field that all mails have."""

from django.db import migrations

BATCH = 500


def fill(apps, schema_editor):
    rows = apps.get_model("forums", "Contribution").objects
    changed = []
    for row in rows.filter(imported__has_key="subject").only("imported").iterator(chunk_size=BATCH):
        row.original_subject = row.imported.pop("subject")
        changed.append(row)
        if len(changed) == BATCH:
            rows.bulk_update(changed, ["original_subject", "imported"])
            changed = []
    rows.bulk_update(changed, ["original_subject", "imported"])


def empty(apps, schema_editor):
    rows = apps.get_model("forums", "Contribution").objects
    changed = []
    imports = rows.filter(imported__isnull=False).exclude(original_subject="")
    for row in imports.only("imported", "original_subject").iterator(chunk_size=BATCH):
        row.imported["subject"] = row.original_subject
        changed.append(row)
        if len(changed) == BATCH:
            rows.bulk_update(changed, ["imported"])
            changed = []
    rows.bulk_update(changed, ["imported"])


class Migration(migrations.Migration):
    dependencies = [("forums", "0020_original_subject")]

    operations = [migrations.RunPython(fill, empty)]
