"""Remove a person from the record: ``manage.py anonymise ADDRESS``."""

import argparse
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hub.lib.clock import now
from hub.lib.errors import HubError
from hub.members.departures import anonymise_member, departure_of, traces_of
from hub.members.models import Member
from hub.members.selectors import address_owner, secretariat


class Command(BaseCommand):
    """For operators: the same as the Secretariat's page, with the list of what is left printed."""

    help = (
        "Remove the person with this address from the record, and list where others still name "
        "them."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the address, why, and whether it is certain."""
        parser.add_argument("address", help="an address of the person")
        parser.add_argument(
            "--reason", default="", help="for the record of the Secretariat; without the name"
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, address: str, reason: str, yes: bool, **options: Any) -> None:
        """Ask, do it, list the places."""
        member = address_owner(address)
        if member is None or member.anonymised_at:
            raise CommandError("No member has this address.")
        self.stdout.write(
            f"{member.get_full_name()}, member {member.pk}. What they said stays, without the name."
        )
        if not yes and not _is_confirmed():
            raise CommandError("Nothing was changed.")
        try:
            anonymise_member(member_id=member.pk, actor=_actor(member), now=now(), reason=reason)
        except HubError as error:
            raise CommandError(str(error)) from error
        places = list(traces_of(departure_of(member.pk)))
        self.stdout.write(f"Done. Places where others name the person: {len(places)}")
        for place in places:
            self.stdout.write(f"  {place.kind:12} {settings.HUB_URL}{place.url}  {place.label}")


def _is_confirmed() -> bool:
    """Whether the operator goes on; one without a terminal to answer at has decided already."""
    if not sys.stdin.isatty():
        return True
    return input("This cannot be undone. Go on? Type yes: ").strip().lower() == "yes"


def _actor(member: Member) -> Member:
    """Return in whose name an operator acts.

    That is the first other person of the Secretariat, else the member.
    """
    return secretariat().exclude(pk=member.pk).order_by("pk").first() or member
