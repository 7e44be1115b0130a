"""Keep with each contribution how its author stood when it was said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forums", "0002_imported")]

    operations = [
        migrations.AddField("contribution", "author_name", models.CharField(blank=True, max_length=150)),
        migrations.AddField("contribution", "author_role", models.CharField(blank=True, max_length=12)),
        migrations.AddField("contribution", "author_country", models.CharField(blank=True, max_length=2)),
        migrations.AddField(
            "contribution", "author_organisation", models.CharField(blank=True, max_length=200)
        ),
        migrations.AddField("contribution", "author_language", models.CharField(blank=True, max_length=10)),
        migrations.AddField("contribution", "author_filled_later", models.BooleanField(default=False)),
    ]
