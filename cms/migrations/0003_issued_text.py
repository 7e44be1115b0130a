"""Keep what is issued apart from its page, and freeze what was issued before."""

import json
from datetime import UTC
from hashlib import sha256

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def freeze_issued(apps, schema_editor):
    """Freeze every page that has a symbol as it stands now."""
    pages = apps.get_model("cms", "ProceedingsPage").objects.exclude(symbol=None).exclude(symbol="")
    texts = apps.get_model("cms", "IssuedText").objects
    for page in pages.select_related("record").order_by("pk"):
        moments = {name: getattr(page, name) for name in ("opens_at", "closes_at", "first_published_at")}
        content = {
            "symbol": page.symbol,
            "title": page.title,
            "slug": page.slug,
            "language": page.language,
            "summary": str(page.summary),
            "conclusions": str(page.conclusions),
            "record": page.record.digest if page.record else "",
            **{name: moment.astimezone(UTC).isoformat() if moment else "" for name, moment in moments.items()},
        }
        digest = sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
        issued_at = page.first_published_at or page.last_published_at or page.latest_revision_created_at
        texts.create(page=page, symbol=page.symbol, content=content, digest=digest, issued_at=issued_at)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0002_approval"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuedText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("symbol", models.CharField(max_length=60, unique=True)),
                ("content", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField()),
                ("pdf_digest", models.CharField(blank=True, max_length=64)),
                (
                    "page",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="issued_text",
                        to="cms.proceedingspage",
                    ),
                ),
            ],
            options={"ordering": ("-issued_at", "-pk")},
        ),
        migrations.CreateModel(
            name="IssueNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("correction", "note of correction"), ("withdrawal", "withdrawal")], max_length=10
                    ),
                ),
                ("text", models.TextField()),
                ("dated", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_because", models.TextField(blank=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "issued_text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="cms.issuedtext"
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("made_at", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("kind", "withdrawal")),
                        fields=("issued_text",),
                        name="issued_text_withdrawn_once",
                    )
                ],
            },
        ),
        migrations.RunPython(freeze_issued, migrations.RunPython.noop),
    ]
