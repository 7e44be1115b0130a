"""App of the people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """People: members, addresses, applications, preferences."""

    name = "hub.members"
    label = "members"
    verbose_name = _("Members")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Give allauth's limits a place that does not forget."""
        from hub.members import allauth_limits

        allauth_limits.install()
