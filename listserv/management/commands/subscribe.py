"""Put many members on a list's roster."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hub.lib import clock
from listserv import rosters, selectors

# Addresses of one transaction: a run that is stopped has done these, and doing them again changes
# nothing.
CHUNK = 2_000


class Command(BaseCommand):
    """``manage.py subscribe LIST FILE``: FILE has addresses of members, ``-`` is the input."""

    help = (
        "Let the members with these addresses into a list's discussion and put them on its roster. "
        "Nobody becomes a member by it: addresses that nobody here has are listed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the list's name and the file."""
        parser.add_argument("list", help="name of the list, the part of its address before the @")
        parser.add_argument(
            "file", help="text file in UTF-8 with addresses of members, - for the standard input"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Subscribe them by the thousand and print how far it is; fail if somebody was unknown."""
        mailing_list = selectors.list_by_name(options["list"])
        if mailing_list is None:
            raise CommandError(f"There is no list named {options['list']}.")
        addresses = rosters.addresses_in(_read(options["file"]))
        changed = unchanged = done = 0
        unknown: list[str] = []
        for chunk in _chunks(addresses):
            change = rosters.subscribe_many(
                list_id=mailing_list.pk, addresses=chunk, now=clock.now()
            )
            changed, unchanged, done = (
                changed + change.changed,
                unchanged + change.unchanged,
                done + len(chunk),
            )
            unknown += change.unknown
            self.stdout.write(f"{done} of {len(addresses)} addresses read")
        self.stdout.write(
            f"{changed} put on the roster of {mailing_list.name}, {unchanged} were on it."
        )
        for address in unknown:
            self.stderr.write(f"Nobody here has the address {address}")
        if unknown:
            raise CommandError(
                f"{len(unknown)} addresses are of no member; the others are subscribed."
            )


def _read(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from error


def _chunks(addresses: list[str]) -> Iterator[list[str]]:
    return (addresses[start : start + CHUNK] for start in range(0, len(addresses), CHUNK))
