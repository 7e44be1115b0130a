"""App of the room."""

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ForumsConfig(AppConfig):
    """Configuration of the room."""

    name = "forums"
    verbose_name = pgettext_lazy("navigation or heading", "Discussions")
    default_auto_field = "django.db.models.BigAutoField"
