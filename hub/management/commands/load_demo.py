"""Load the demo network by hand; ``HUB_DEMO=1`` does it at the start."""

from typing import Any

from django.core.management.base import BaseCommand

from hub.demo.load import load
from hub.lib.clock import now


class Command(BaseCommand):
    """``manage.py load_demo``: fill an empty hub; one with members is left alone."""

    help = (
        "Load the demo network into a hub without members. Its passwords are public: never load it "
        "in public."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, and say who may enter."""
        entries = load(now=now(), progress=self.stdout.write)
        if not entries:
            self.stdout.write("This hub has members; nothing was loaded.")
        for who in entries.get("members", []):
            self.stdout.write(f"{who['role']:<12} {who['email']:<44} {who['password']}")
