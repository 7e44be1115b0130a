"""Bring a hub back from an archive."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.lib.errors import HubError
from hub.runtime.archive import read_archive
from hub.runtime.prepare import migrate


class Command(BaseCommand):
    """``manage.py restore FILE.tar.gz [--replace]``: with the hub stopped."""

    help = "Bring database, attachments, media and secret key back from an archive; migrates an older one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the archive's path, and leave to replace what is here."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="lose what this hub holds now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, then migrate what an older archive lacks."""
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        settings.HUB_DATA.mkdir(parents=True, exist_ok=True)
        try:
            read_archive(options["file"], replace=options["replace"])
        except HubError as error:
            raise CommandError(str(error)) from error
        migrate(self.stdout.write)
        self.stdout.write("Restored. Start the hub with the restored secret key (HUB_SECRET_KEY, if you set one).")
