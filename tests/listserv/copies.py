"""What a member gets of a contribution, without a far end."""

from typing import Any

from listserv.models import Mailing, Subscription
from listserv.outbound import roster
from listserv.outbound.render import Copies, Renderer


def copies(contribution: Any, *members: Any) -> Copies:
    """Return the copies of some members, as the pump would send them."""
    mailing = Mailing.objects.get(contribution=contribution)
    keys = {row.member_id: row.pk for row in Subscription.objects.filter(list=mailing.list)}
    receivers = {one.member_id: one for one in roster.among(mailing, keys.values(), now=contribution.created_at)}
    return Copies(Renderer(mailing), [receivers[member.pk] for member in members])
