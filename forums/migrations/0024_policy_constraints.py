"""Let no period end before it begins, and no policy have words that mean nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("forums", "0023_convening")]

    operations = [
        migrations.AddConstraint(
            model_name='forumpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('closes_at__gte', models.F('opens_at'))), name='policy_period'),
        ),
        migrations.AddConstraint(
            model_name='forumpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('registration__in', ('open', 'approval', 'nomination', 'invitation'))), name='policy_registration'),
        ),
        migrations.AddConstraint(
            model_name='forumpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('attribution__in', ('named', 'unattributed'))), name='policy_attribution'),
        ),
    ]
