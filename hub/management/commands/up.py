"""Run the whole hub in one process: the command behind ``make run``."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from hub.runtime import starting
from hub.runtime.content import welcome
from hub.runtime.prepare import prepare
from hub.runtime.serve import run


class Command(BaseCommand):
    """``manage.py up``: prepare the data folder, then serve everything until Ctrl-C."""

    help = "Prepare what is missing, then serve web, SMTP and worker in this process."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, greet, serve. Raises: SystemExit with one line that says why it cannot."""
        try:
            starting.check_storage()
            starting.check_addresses(("web", "smtpd"))
        except starting.StartError as error:
            raise SystemExit(starting.cannot_start("up", error)) from None
        try:
            grown = prepare(self._print)
        except OSError as error:
            raise SystemExit(starting.cannot_start("up", starting.cannot_write(error))) from None
        if grown:
            # Migrations and static files leave 80 MB behind that serving does not need: begin again
            # without them.
            self.stdout.flush()
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
        self.stdout.write(welcome())
        self.stdout.flush()
        run("web", "smtpd", "worker")
        self.stdout.write("Stopped.")

    def _print(self, line: str) -> None:
        self.stdout.write(line, ending="" if line.startswith("\r") else "\n")
        self.stdout.flush()
