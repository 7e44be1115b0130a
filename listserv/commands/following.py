"""Follow the topic of a contribution more or less closely than its discussion."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums import services
from hub.lib.errors import HubError, NotFound
from hub.lib.scripts import isolate
from listserv.commands.desk import Answer, Desk, number_in
from listserv.commands.parsing import Order

if TYPE_CHECKING:
    from forums.models import Contribution


def follow(desk: Desk, order: Order) -> Answer:
    """Send each contribution to a topic."""
    text = _("You receive each contribution to the topic “%s” by e-mail.")
    return _follow(desk, order, services.WATCHING, text)


def unfollow(desk: Desk, order: Order) -> Answer:
    """Send a topic as the rest of its discussion."""
    text = _("You receive the topic “%s” as the rest of its discussion.")
    return _follow(desk, order, services.FOLLOWING, text)


def mute(desk: Desk, order: Order) -> Answer:
    """Send nothing of a topic, and count nothing in it as new."""
    text = _("You receive nothing from the topic “%s”, and nothing in it is shown as new.")
    return _follow(desk, order, services.MUTED, text)


def _follow(desk: Desk, order: Order, level: str, text: str) -> Answer:
    contribution = _named(desk, order)
    services.follow_topic(
        member=desk.member, topic_id=contribution.topic_id, level=level, now=desk.now
    )
    return Answer(text % isolate(contribution.post.topic.subject))


def _named(desk: Desk, order: Order) -> "Contribution":
    number, _rest = number_in(order.args)
    try:
        return forum_selectors.contribution_for(desk.member, number)
    except HubError:
        raise NotFound(_("There is no contribution %d that is open to you.") % number) from None
