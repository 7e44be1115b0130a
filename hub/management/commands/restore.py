"""Bring a hub back from an archive."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from hub.lib.clock import now
from hub.lib.errors import HubError
from hub.runtime import starting
from hub.runtime.archive import read_archive
from hub.runtime.locks import only_preparer
from hub.runtime.stopping import ends_in_order


class Command(BaseCommand):
    """``manage.py restore FILE.tar.gz [--replace]``: with the hub stopped."""

    help = "Bring a hub back from an archive, of either database; an older archive is migrated."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the archive's path, and leave to replace what is here."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="lose what this hub holds now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, and say what to do before mail goes out again."""
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        try:
            with ends_in_order(), only_preparer(self._print):
                rows = read_archive(
                    options["file"], replace=options["replace"], now=now(), progress=self._print
                )
        except HubError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(str(starting.cannot_write(error))) from error
        except DatabaseError as error:
            raise CommandError(str(starting.no_database(error))) from error
        self._print(
            f"Restored: {rows['members_member']} members, {rows['forums_contribution']} "
            f"contributions."
        )
        self._print("Start the hub with the secret key it had (HUB_SECRET_KEY, if you set one).")
        self._print(
            "Outgoing mail is on hold. If the old hub was stopped before the backup: manage.py "
            "queue --resume. If it went on after the backup: manage.py queue --discard, so that "
            "nothing is sent twice."
        )

    def _print(self, line: str) -> None:
        self.stdout.write(line, ending="" if line.startswith("\r") else "\n")
