"""Give the Secretariat's approval a type of its own, whose buttons stand at the desk alone."""

import django.db.models.deletion
from django.db import migrations, models

NAME = "Proceedings"


def make_ours(apps, schema_editor):
    """Turn the step of the workflow, whose key its states point to, into one of the new type."""
    plain = apps.get_model("wagtailcore", "GroupApprovalTask").objects.filter(name=NAME)
    content_types = apps.get_model("contenttypes", "ContentType").objects
    ours, _made = content_types.get_or_create(app_label="cms", model="proceedingsapproval")
    table = schema_editor.quote_name("cms_proceedingsapproval")
    column = schema_editor.quote_name("groupapprovaltask_ptr_id")
    for key in plain.values_list("pk", flat=True):
        schema_editor.execute(f"INSERT INTO {table} ({column}) VALUES (%s)", [key])
        apps.get_model("wagtailcore", "Task").objects.filter(pk=key).update(content_type=ours)


def make_plain(apps, schema_editor):
    """Turn it back; the row of the new type goes with its table."""
    content_types = apps.get_model("contenttypes", "ContentType").objects
    theirs, _made = content_types.get_or_create(app_label="wagtailcore", model="groupapprovaltask")
    keys = list(apps.get_model("cms", "ProceedingsApproval").objects.values_list("pk", flat=True))
    apps.get_model("wagtailcore", "Task").objects.filter(pk__in=keys).update(content_type=theirs)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProceedingsApproval",
            fields=[
                (
                    "groupapprovaltask_ptr",
                    models.OneToOneField(
                        auto_created=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        parent_link=True,
                        primary_key=True,
                        serialize=False,
                        to="wagtailcore.groupapprovaltask",
                    ),
                ),
            ],
            options={
                "verbose_name": "approval of proceedings",
                "verbose_name_plural": "approvals of proceedings",
            },
            bases=("wagtailcore.groupapprovaltask",),
        ),
        migrations.RunPython(make_ours, make_plain),
    ]
