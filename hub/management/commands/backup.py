"""Write one archive with everything of the hub."""

import sqlite3
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from hub.lib.clock import now
from hub.lib.errors import HubError
from hub.runtime import starting
from hub.runtime.archive import Contents, write_archive
from hub.runtime.stopping import ends_in_order


class Command(BaseCommand):
    """``manage.py backup FILE.tar.gz``: may run while the hub serves."""

    help = "Write database, attachments, media and the keys in the data folder into one archive."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the archive's path."""
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it and say what is in it, and what is not."""
        try:
            with ends_in_order():
                contents = write_archive(options["file"].absolute(), now=now())
        except OSError as error:
            raise CommandError(
                f"{options['file']} cannot be written: {error.strerror or error}."
            ) from error
        except HubError as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, sqlite3.Error) as error:
            raise CommandError(str(starting.no_database(error))) from error
        self.stdout.write(
            f"{options['file']}: {contents.size / 1_000_000:.1f} MB, {contents.rows} rows, "
            f"{contents.files} files."
        )
        for line in _about_keys(contents):
            self.stdout.write(line)


def _about_keys(contents: Contents) -> list[str]:
    """Say which keys the archive holds, and which the operator must keep elsewhere."""
    lines = []
    if contents.keys:
        lines.append(
            f"Keys in it: {', '.join(contents.keys)}. Keep the archive as safe as the hub."
        )
    else:
        lines.append(
            "It holds no key. It holds every closed discussion: keep it as safe as the hub."
        )
    if "secret_key" not in contents.keys:
        lines.append(
            "The secret key is not in it: keep a copy of HUB_SECRET_KEY, which a restored hub "
            "needs."
        )
    elsewhere = [str(key.path) for key in settings.HUB_DKIM if key.path.parent != settings.HUB_DATA]
    if elsewhere:
        lines.append(f"DKIM keys outside the data folder are not in it: {', '.join(elsewhere)}.")
    return lines
