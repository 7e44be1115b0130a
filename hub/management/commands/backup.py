"""Write one archive with everything of the hub."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.lib.clock import now
from hub.lib.errors import HubError
from hub.runtime.archive import write_archive


class Command(BaseCommand):
    """``manage.py backup FILE.tar.gz``: may run while the hub serves."""

    help = "Write database, attachments, media and secret key into one archive."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the archive's path."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say how large it is."""
        try:
            size = write_archive(options["file"], now=now())
        except HubError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{options['file']}: {size / 1_000_000:.1f} MB. It holds the secret key: keep it safe.")
