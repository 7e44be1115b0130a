"""The contributions that an import has created are called so."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("listserv", "0012_inbound_draft")]

    operations = [migrations.RenameField("archiveimport", "made", "created")]
