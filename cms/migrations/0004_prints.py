"""Prints become rows that the worker makes; those of what was issued are known or wanted at once."""

import django.db.models.deletion
from django.db import migrations, models


def want_issued(apps, schema_editor):
    """Write a row for the print of each issued text; one that is stored is finished."""
    prints = apps.get_model("cms", "Print").objects
    for text in apps.get_model("cms", "IssuedText").objects.order_by("pk"):
        digest = text.pdf_digest
        prints.create(
            page_id=text.page_id,
            kind="issued",
            key=text.digest,
            wanted_at=text.issued_at,
            finished_at=text.issued_at if digest else None,
            path=f"{digest[:2]}/{digest}" if digest else "",
        )


class Migration(migrations.Migration):
    dependencies = [("cms", "0003_issued_text")]

    operations = [
        migrations.CreateModel(
            name="Print",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("issued", "as issued"),
                            ("noted", "with the notes that hold"),
                            ("draft", "draft"),
                        ],
                        max_length=10,
                    ),
                ),
                ("key", models.CharField(max_length=64)),
                ("wanted_at", models.DateTimeField()),
                ("claimed_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_by", models.CharField(blank=True, max_length=100)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("path", models.CharField(blank=True, max_length=200)),
                (
                    "page",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prints",
                        to="cms.proceedingspage",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="print",
            constraint=models.UniqueConstraint(fields=("page", "kind", "key"), name="print_once"),
        ),
        migrations.AddIndex(
            model_name="print",
            index=models.Index(
                condition=models.Q(("finished_at", None)), fields=["next_at", "id"], name="print_waiting"
            ),
        ),
        migrations.RunPython(want_issued, migrations.RunPython.noop),
    ]
