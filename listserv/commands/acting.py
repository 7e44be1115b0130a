"""Act on contributions and topics by mail, as the pages do: each answer says what was done."""

from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums import services
from hub.lib.errors import Invalid, NotFound
from hub.lib.scripts import isolate
from listserv.commands.desk import Answer, Desk, number_in
from listserv.commands.parsing import Order


def withdraw(desk: Desk, order: Order) -> Answer:
    """Withdraw a contribution: one's own, or as somebody who leads, with a reason."""
    number, rest = number_in(order.args)
    try:
        services.withdraw_contribution(
            number=number, actor=desk.member, reason=rest or order.text, now=desk.now
        )
    except NotFound:
        return Answer(_("There is no contribution %d that is open to you.") % number)
    return Answer(
        _(
            "Contribution %d is withdrawn: its words are not shown any more. Copies that were "
            "sent by e-mail cannot be called back. You can undo this on the web."
        )
        % number
    )


def pin(desk: Desk, order: Order) -> Answer:
    """Let the topic of a contribution stand first in its discussion."""
    return _type(desk, order, "pin", _("The topic “%s” stands first in its discussion."))


def unpin(desk: Desk, order: Order) -> Answer:
    """Let the topic of a contribution stand among the others again."""
    return _type(desk, order, "unpin", _("The topic “%s” stands among the others again."))


def _type(desk: Desk, order: Order, verb: str, sentence: str) -> Answer:
    number, _rest = number_in(order.args)
    try:
        contribution = forum_selectors.contribution_for(desk.member, number)
    except NotFound:
        return Answer(_("There is no contribution %d that is open to you.") % number)
    services.set_topic_type(
        topic_id=contribution.topic_id, actor=desk.member, verb=verb, now=desk.now
    )
    return Answer(sentence % isolate(contribution.post.topic.subject))


def move(desk: Desk, order: Order) -> Answer:
    """Move the topic of a contribution to the discussion whose list is named behind the number."""
    number, rest = number_in(order.args)
    if not rest:
        raise Invalid(_("Write the number, then the list to which the topic goes."))
    mailing_list, _behind = desk.led_list(rest)
    try:
        contribution = forum_selectors.contribution_for(desk.member, number)
    except NotFound:
        return Answer(_("There is no contribution %d that is open to you.") % number)
    topic = services.move_topic(
        topic_id=contribution.topic_id,
        forum_id=mailing_list.forum_id,
        actor=desk.member,
        now=desk.now,
    )
    values = {
        "topic": isolate(topic.subject),
        "discussion": isolate(mailing_list.forum.name),
    }
    return Answer(
        _(
            "The topic “%(topic)s” stands in “%(discussion)s” now, and can be read there alone. "
            "You can undo this on the web."
        )
        % values
    )
