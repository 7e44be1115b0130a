"""Let each revision of a contribution have one number."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forums", "0008_count_revisions")]

    operations = [
        migrations.AlterField("revision", "number", models.PositiveIntegerField()),
        migrations.AlterModelOptions("revision", {"ordering": ("number",)}),
        migrations.AddConstraint(
            "revision", models.UniqueConstraint(fields=("contribution", "number"), name="revision_once")
        ),
    ]
