"""Let the database refuse kinds that there are not, and fields that contradict each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cms", "0004_prints")]

    operations = [
        migrations.AddConstraint(
            model_name="issuenote",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("correction", "withdrawal"))), name="issue_note_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="issuenote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_because", ""), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="issue_note_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="print",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("issued", "noted", "draft"))), name="print_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="print",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("claimed_at", None), ("claimed_by", "")),
                    models.Q(models.Q(("claimed_at__isnull", False)), models.Q(("claimed_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="print_claim",
            ),
        ),
        migrations.AddConstraint(
            model_name="print",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finished_at", None),
                    models.Q(models.Q(("claimed_at", None), ("next_at", None)), models.Q(("path", ""), _negated=True)),
                    _connector="OR",
                ),
                name="print_finished",
            ),
        ),
        migrations.AddConstraint(
            model_name="proceedingspage",
            constraint=models.CheckConstraint(
                condition=models.Q(("symbol", ""), _negated=True), name="proceedings_symbol"
            ),
        ),
    ]
