"""Bring a list's archive in from elsewhere."""

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.lib import clock
from hub.lib.addresses import fold_address
from hub.lib.errors import HubError
from listserv import selectors
from listserv.archive.importing import ImportOptions, Tally, import_archive

_WIDTH = 30  # letters of the bar
_PAUSE = 5.0  # seconds between lines where there is no terminal


class Command(BaseCommand):
    """``manage.py import_mbox LIST FILE``: again after an interruption goes on where it was."""

    help = (
        "Bring an archive into a list: an mbox file of any kind, a Maildir or a folder of "
        "messages, packed or not. Nothing is sent. Interrupted, the same command goes on; run "
        "twice, it brings nothing new."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the list, the archive and how to read it."""
        parser.add_argument("list", metavar="LIST", help="name of the list, as in LIST@domain")
        parser.add_argument(
            "file", metavar="FILE", type=Path, help="the archive: a file or a folder"
        )
        parser.add_argument(
            "--author-map",
            type=Path,
            metavar="MAP",
            help=(
                "lines “address in the archive, address of a member”, for those who wrote from old "
                "addresses"
            ),
        )
        parser.add_argument(
            "--by-subject",
            action="store_true",
            help="thread by subject the replies that name no message",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, and say how far it is and what came of it."""
        mailing_list = selectors.list_by_name(options["list"])
        if mailing_list is None:
            raise CommandError(f"There is no list {options['list']}. Make its discussion first.")
        import_options = ImportOptions(
            authors=_authors(options["author_map"]), by_subject=options["by_subject"]
        )
        bar = _Bar(self.stderr)
        self.stderr.write(f"Reading {options['file']}")
        try:
            tally = import_archive(
                mailing_list=mailing_list,
                path=options["file"],
                now=clock.now(),
                options=import_options,
                progress=bar.show,
            )
        except HubError as error:
            raise CommandError(str(error)) from error
        bar.end(tally)
        for problem in tally.problems:
            self.stderr.write(problem)
        self.stdout.write(_outcome(tally))
        if tally.failed:
            raise SystemExit(1)


def _outcome(tally: Tally) -> str:
    text = (
        f"{tally.total} messages: {tally.made} brought in, {tally.known} were here already, "
        f"{tally.failed} left out."
    )
    return f"{text} {tally.joined} were put below what they answer." if tally.joined else text


def _authors(path: Path | None) -> dict[str, str]:
    """Return the author map: folded address of the archive -> folded address of a member."""
    if path is None:
        return {}
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    authors = {}
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        before, comma, after = text.replace(";", ",").replace("=", ",").partition(",")
        if not comma or "@" not in before or "@" not in after:
            raise CommandError(
                f"Line {number} of {path} must be “old@address, member@address”; it is “{line}”."
            )
        authors[fold_address(before)] = fold_address(after)
    return authors


class _Bar:
    """A bar that moves in a terminal, a line now and then anywhere else."""

    def __init__(self, out: Any) -> None:
        self.out = out
        self.moves = sys.stderr.isatty()
        self.begun = self.said = time.monotonic()

    def show(self, tally: Tally) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if not self.moves and now - self.said < _PAUSE:
            return
        self.said = now
        self._say(tally, ending="" if self.moves else "\n")

    def end(self, tally: Tally) -> None:
        """Leave the bar as it is at the end."""
        if self.moves:
            self._say(tally, ending="\n")

    def _say(self, tally: Tally, *, ending: str) -> None:
        share = tally.done / tally.total if tally.total else 1.0
        rate = (tally.made + tally.known) / max(time.monotonic() - self.begun, 0.001)
        full = round(share * _WIDTH)
        bar = f"[{'#' * full}{'.' * (_WIDTH - full)}] " if self.moves else ""
        start = "\r" if self.moves else ""
        self.out.write(
            f"{start}{bar}{tally.done} of {tally.total} messages, {rate:.0f}/s", ending=ending
        )
        self.out.flush()
