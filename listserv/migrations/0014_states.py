"""Let the database refuse ways of delivery, states and kinds that there are not, and moments that contradict them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("listserv", "0013_created_by_import")]

    operations = [
        migrations.AddConstraint(
            model_name='bounce',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('permanent', 'temporary', 'complaint'))), name='bounce_kind'),
        ),
        migrations.AddConstraint(
            model_name='mailing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at', None), ('state', 'sending')), models.Q(('finished_at__isnull', False), ('state', 'done')), _connector='OR'), name='mailing_state'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ('waiting', 'sent', 'failed'))), name='notice_state'),
        ),
        migrations.AddConstraint(
            model_name='relaytrouble',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ('away', 'refuses'))), name='relay_trouble_kind'),
        ),
        migrations.AddConstraint(
            model_name='retry',
            constraint=models.CheckConstraint(condition=models.Q(('next_at', None), ('ended_at', None), _connector='OR'), name='retry_ended'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('delivery__in', ('each', 'none', 'digest-daily', 'digest-weekly', 'notices')), ('files__in', ('link', 'attach'))), name='subscription_delivery'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('suspended_at', None), ('suspended_for', '')), models.Q(('suspended_at__isnull', False), ('suspended_for__in', ('bounces', 'complaint'))), _connector='OR'), name='subscription_suspension'),
        ),
    ]
