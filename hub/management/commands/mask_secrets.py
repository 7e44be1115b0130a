"""``manage.py mask_secrets``: hide reply addresses and other secrets in what is published."""

from typing import Any

from django.core.management.base import BaseCommand

from forums.services.concealing import conceal_secrets
from hub.lib import clock
from hub.search.services import reindex


class Command(BaseCommand):
    """Mask the record and index it anew."""

    help = (
        "Hide secrets of the hub in published texts and files. Run it once after an upgrade; again "
        "does no harm."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how much was changed."""
        texts, files = conceal_secrets()
        if texts:
            reindex(now=clock.now())
        self.stdout.write(f"{texts} texts and {files} files held secrets, which are hidden now")
