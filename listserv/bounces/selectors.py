"""Read which subscriptions an address carries, and what people see of stopped mail."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from hub.lib.counts import with_count
from hub.lib.errors import NotFound
from hub.lib.home import Block, BlockKind
from hub.lib.prepared import Prepared
from hub.members.selectors import addresses_of
from listserv.models import AddressHealth, Bounce, Subscription

if TYPE_CHECKING:
    from hub.members.models import Member

# Asked on each home.
_stopped = Prepared(
    lambda member_id: (
        Subscription.objects.filter(member_id=member_id, ended_at=None, suspended_at__isnull=False)
        .order_by("suspended_at")
        .values_list("suspended_at")
    )
)


def subscriptions_at(address: str) -> QuerySet[Subscription]:
    """Return the subscriptions whose mail goes to an address, those that have not ended."""
    own = Q(address=None) | Q(address__verified=False)
    there = Q(address__email__iexact=address, address__verified=True) | (
        own & Q(member__email__iexact=address)
    )
    return Subscription.objects.filter(there, ended_at=None).select_related(
        "member", "address", "list__forum"
    )


def other_addresses(member: "Member", address: str) -> list[str]:
    """Return the member's verified addresses that take mail, without one. Queries: 2."""
    mine = [own for own in addresses_of(member) if own.lower() != address.lower()]
    stopped = AddressHealth.objects.filter(
        address__in=[own.lower() for own in mine], suspended_at__isnull=False
    )
    shut = set(stopped.values_list("address", flat=True))
    return [own for own in mine if own.lower() not in shut]


def home_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return the block of the home that says that mail to the member has stopped.

    The page of the lists has the button. Queries: 1.
    """
    since = [moment for (moment,) in _stopped.rows(member.pk)]
    if not since:
        return []
    title = ngettext(
        "The mail of %d list has stopped: start it again",
        "The mail of %d lists has stopped: start it again",
        len(since),
    )
    return [
        Block(
            BlockKind.ASKED, with_count(title, len(since)), reverse("listserv:lists"), at=since[0]
        )
    ]


def unhealthy_for(member: "Member") -> QuerySet[AddressHealth]:
    """Return the addresses that mail comes back from, those that get none any more first.

    Raises: NotFound for everybody outside the Secretariat.
    """
    if not (member.is_active and member.is_staff):
        raise NotFound
    rows = AddressHealth.objects.filter(
        Q(score__gt=0) | Q(suspended_at__isnull=False) | Q(probed_at__isnull=False)
    )
    return rows.order_by("-suspended_at", "-score", "address")


def last_bounces(addresses: list[str]) -> dict[str, Bounce]:
    """Return the newest bounce of each of a page of addresses. Queries: 1."""
    newest: dict[str, Bounce] = {}
    for bounce in Bounce.objects.filter(address__in=addresses).order_by("created_at", "pk"):
        newest[bounce.address] = bounce
    return newest
