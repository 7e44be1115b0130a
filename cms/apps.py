"""App of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """Configuration of the room."""

    name = "cms"
    verbose_name = _("Published pages")
    default_auto_field = "django.db.models.BigAutoField"
