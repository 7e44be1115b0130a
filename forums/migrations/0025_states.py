"""Let the database refuse presets and roles that there are not."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forums", "0024_policy_constraints")]

    operations = [
        migrations.AddConstraint(
            model_name='forumpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('preset__in', ('public', 'readable', 'members', 'closed', 'announce'))), name='policy_preset'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ('participant', 'observer', 'rapporteur', 'moderator', 'chair'))), name='membership_role'),
        ),
    ]
