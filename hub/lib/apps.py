"""App of the library: it owns the worker's heartbeat and the checks of registered paths."""

from django.apps import AppConfig


class LibConfig(AppConfig):
    """Load the checks."""

    name = "hub.lib"
    label = "hublib"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from hub.lib import clients, hooks  # noqa: F401 - importing them registers their checks
