"""Bring the data folder or the database up to date, as the deployment's one-off step."""

from typing import Any

from django.core.management.base import BaseCommand

from hub.runtime import starting
from hub.runtime.prepare import prepare


class Command(BaseCommand):
    """``manage.py prepare``: catalogues, migrations, static files, site, and perhaps the demo."""

    help = (
        "Migrate, collect static files, set up the site and, with HUB_DEMO=1, load demo content "
        "once."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is needed and say so."""
        try:
            starting.check_storage()
        except starting.StartError as error:
            raise SystemExit(f"Nothing is prepared. {error}") from None
        try:
            prepare(
                lambda line: self.stdout.write(line, ending="" if line.startswith("\r") else "\n")
            )
        except OSError as error:
            raise SystemExit(f"Nothing is prepared. {starting.cannot_write(error)}") from None
