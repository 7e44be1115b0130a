"""App of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ForumsConfig(AppConfig):
    """Configuration of the room."""

    name = "forums"
    verbose_name = _("Discussions")
    default_auto_field = "django.db.models.BigAutoField"
