"""App of the room."""

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ConferencesConfig(AppConfig):
    """Configuration of the room."""

    name = "conferences"
    verbose_name = pgettext_lazy("navigation or heading", "Conferences")
    default_auto_field = "django.db.models.BigAutoField"
