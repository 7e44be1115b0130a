"""Run the web and its sockets in a process of its own."""

from typing import Any

from django.core.management.base import BaseCommand

from hub.assets import collect
from hub.runtime import starting
from hub.runtime.locks import only_on_host
from hub.runtime.serve import run


class Command(BaseCommand):
    """``manage.py web``: as many of them as wanted, with PostgreSQL and Redis."""

    help = "Serve the web and its sockets until SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make this release's static files if this host has none, then run until told to stop."""
        try:
            with only_on_host(self.stdout.write):
                collect()
        except OSError as error:
            raise SystemExit(starting.cannot_start("web", starting.cannot_write(error))) from None
        run("web")
