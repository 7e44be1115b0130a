"""App of the hub itself: templates, static files, commands, template tags."""

from django.apps import AppConfig


class HubConfig(AppConfig):
    """The hub's own files."""

    name = "hub"
    label = "hub"
    default_auto_field = "django.db.models.BigAutoField"
