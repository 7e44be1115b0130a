"""Say under which name an address of a person stands in the log."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from hub.lib.logs import person


class Command(BaseCommand):
    """``manage.py log_name ADDRESS…``: what to search the log for."""

    help = (
        "Print how e-mail addresses are named in the log, to search it for what happened to "
        "somebody's mail."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the addresses."""
        parser.add_argument("addresses", nargs="+", metavar="ADDRESS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one name a line."""
        for address in options["addresses"]:
            self.stdout.write(person(address))
