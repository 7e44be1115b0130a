"""Give out a list's archive."""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from listserv import selectors
from listserv.archive.export import export_mbox


class Command(BaseCommand):
    """``manage.py export_mbox LIST [-o FILE]``: everything, with the authors' addresses."""

    help = (
        "Write the archive of a list as mboxrd: every accepted contribution with its files and its "
        "author's address."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the list and where to write."""
        parser.add_argument("list", metavar="LIST", help="name of the list, as in LIST@domain")
        parser.add_argument(
            "-o", "--output", type=Path, metavar="FILE", help="write there, not to standard output"
        )
        parser.add_argument(
            "--as-received",
            action="store_true",
            help="give mails as they came in, where they are kept and were not changed since",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the archive; a file gets its name when it is whole, readable by its owner only."""
        mailing_list = selectors.list_by_name(options["list"])
        if mailing_list is None:
            raise CommandError(f"There is no list {options['list']}.")
        pieces = export_mbox(mailing_list=mailing_list, as_received=options["as_received"])
        path = options["output"]
        if path is None:
            for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        count = _write(path, pieces)
        self.stderr.write(f"{count} messages are in {path}")


def _write(path: Path, pieces: Iterator[bytes]) -> int:
    count = 0
    part = None
    try:
        # A name that nobody has made before, in a folder that others may write to.
        descriptor, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name}.", suffix=".part"
        )
        part = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
                count += 1
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise CommandError(f"{path} cannot be written: {error}") from error
    return count
