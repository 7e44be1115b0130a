"""Read what came by mail as plain text; renderer 0 has the worker render it anew."""

from django.db import migrations


def make_mail_plain(apps, schema_editor):
    mail = apps.get_model("forums", "Contribution").objects.filter(origin="mail")
    mail.update(format="plain", renderer=0)


def make_mail_markdown(apps, schema_editor):
    mail = apps.get_model("forums", "Contribution").objects.filter(origin="mail")
    mail.update(format="markdown", renderer=0)


class Migration(migrations.Migration):
    dependencies = [("forums", "0013_contribution_format")]

    operations = [migrations.RunPython(make_mail_plain, make_mail_markdown)]
