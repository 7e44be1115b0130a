"""Index everything anew."""

from typing import Any

from django.core.management.base import BaseCommand

from hub.lib import clock
from hub.search.services import reindex


class Command(BaseCommand):
    """Index anew what the rooms' sources give; the search stays in use meanwhile."""

    help = "Index anew what the rooms' sources give; the search stays in use meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and say how many documents there are."""
        self.stdout.write(f"{reindex(now=clock.now())} documents are indexed")
