"""App of the demo content."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demo network; holds no rows of its own."""

    name = "hub.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
