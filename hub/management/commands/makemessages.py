"""Bring the five catalogues up to the sources."""

import re
from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

_FLAG = re.compile(r"^#, python-(?:brace-)?format\n", re.MULTILINE)


class Command(makemessages.Command):
    """``manage.py makemessages``: the catalogues name the file of each text, without its line.

    A line number would change with every edit above it. New texts come without a translation:
    what msgmerge guesses for them would have to be told from what a translator wrote. Needs GNU
    gettext.
    """

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-fuzzy-matching"]

    def handle(self, *args: Any, **options: Any) -> None:
        """Read the sources without the tests; keep no text that they do not have any more."""
        options["all"] = options["all"] or not options["locale"]
        options["add_location"] = options["add_location"] or "file"
        options["no_obsolete"] = True
        options["ignore_patterns"] += ["tests", "var"]
        super().handle(*args, **options)

    def write_po_file(self, potfile: str, locale: str) -> None:
        """Write a catalogue without flags of formats.

        msgmerge asks for the number in each plural form of a flagged text; Arabic writes one and
        two without it.
        """
        template = Path(potfile)
        template.write_text(_FLAG.sub("", template.read_text(encoding="utf-8")), encoding="utf-8")
        super().write_po_file(potfile, locale)
