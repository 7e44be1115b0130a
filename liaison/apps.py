"""App of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiaisonConfig(AppConfig):
    """Configuration of the room."""

    name = "liaison"
    verbose_name = _("Liaison groups")
    default_auto_field = "django.db.models.BigAutoField"
