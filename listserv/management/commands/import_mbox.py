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

_BAR_WIDTH = 30  # characters
_PAUSE_SECONDS = 5.0  # between lines where there is no terminal


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
        """Import, and print how far it is and what came of it."""
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
        f"{tally.total} messages: {tally.created} brought in, {tally.known} were here already, "
        f"{tally.failed} left out."
    )
    if tally.joined:
        text += f" {tally.joined} were put below what they answer."
    return text


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
        self.started = self.last_shown = time.monotonic()

    def show(self, tally: Tally) -> None:
        """Show how far it is."""
        if self.moves:
            self._write(f"\r{self._bar(tally)} {self._figures(tally)}", ending="")
            return
        now = time.monotonic()
        if now - self.last_shown >= _PAUSE_SECONDS:
            self.last_shown = now
            self._write(self._figures(tally))

    def end(self, tally: Tally) -> None:
        """Leave the bar as it is at the end."""
        if self.moves:
            self._write(f"\r{self._bar(tally)} {self._figures(tally)}")

    def _bar(self, tally: Tally) -> str:
        full = _BAR_WIDTH
        if tally.total:
            full = round(_BAR_WIDTH * tally.done / tally.total)
        return f"[{'#' * full}{'.' * (_BAR_WIDTH - full)}]"

    def _figures(self, tally: Tally) -> str:
        rate = (tally.created + tally.known) / max(time.monotonic() - self.started, 0.001)
        return f"{tally.done} of {tally.total} messages, {rate:.0f}/s"

    def _write(self, line: str, *, ending: str = "\n") -> None:
        self.out.write(line, ending=ending)
        self.out.flush()
