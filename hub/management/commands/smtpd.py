"""Run the SMTP gateway in a process of its own."""

from typing import Any

from django.core.management.base import BaseCommand

from hub.runtime.serve import run


class Command(BaseCommand):
    """``manage.py smtpd``: as many of them as wanted, with PostgreSQL and Redis."""

    help = "Serve the SMTP gateway until SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until told to stop."""
        run("smtpd")
