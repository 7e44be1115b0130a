"""App of the library: it owns the worker's heartbeat and the checks of registered paths."""

from django.apps import AppConfig


class LibConfig(AppConfig):
    """Load the checks."""

    name = "hub.lib"
    label = "hublib"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and clean what is saved."""
        # Importing two of them registers their checks.
        from hub.lib import clients, hooks, stored_text  # noqa: F401

        stored_text.listen()
