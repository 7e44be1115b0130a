"""Run the whole hub in one process: the command behind ``make run``."""

from typing import Any

from django.core.management.base import BaseCommand

from hub.runtime.content import load_content, welcome
from hub.runtime.prepare import prepare
from hub.runtime.serve import run


class Command(BaseCommand):
    """``manage.py up``: prepare the data folder, then serve web, mail door and worker until Ctrl-C."""

    help = "Prepare what is missing, then serve web, SMTP and worker in this process."

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, greet, serve."""
        prepare(self._say)
        load_content(self._say)
        self.stdout.write(welcome())
        self.stdout.flush()
        run("web", "smtpd", "worker")
        self.stdout.write("Stopped.")

    def _say(self, line: str) -> None:
        self.stdout.write(line, ending="" if line.startswith("\r") else "\n")
        self.stdout.flush()
