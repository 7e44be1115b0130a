"""App of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListservConfig(AppConfig):
    """Configuration of the room."""

    name = "listserv"
    verbose_name = _("Mailing lists")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the start fail when a key that signs mail is no key."""
        from listserv.outbound import dkim_signing  # noqa: F401 - registers its check
