"""Join and leave lists; a request to join a closed one is passed on to those who let people in."""

from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums import services as forum_services
from forums.policy import READ
from hub.lib.scripts import isolate
from listserv import services
from listserv.commands.desk import Answer, Desk, how, lines
from listserv.commands.parsing import Order
from listserv.commands.words import has
from listserv.models import MailingList, Subscription

Delivery = Subscription.Delivery
_MODES = {"daily": Delivery.DAILY.value, "weekly": Delivery.WEEKLY.value}


def join(desk: Desk, order: Order) -> Answer:
    """Put the member on a roster, or send the mail again.

    The request of a member who may not read there is passed on to those who lead.
    """
    lists, rest = desk.lists_in(order.args)
    return Answer(lines(*(_join(desk, mailing_list, rest) for mailing_list in lists)))


def _join(desk: Desk, mailing_list: MailingList, rest: str) -> str:
    if not desk.access.may(READ, mailing_list.forum_id):
        return _ask(desk, mailing_list, rest)
    mode = _MODES.get(has(rest, "daily", "weekly"))
    if mode is None:
        row = desk.subscription(mailing_list)
        if row is not None and row.delivery != Delivery.NONE:
            return lines(_("You are already on this list."), how(row))
        mode = Delivery.EACH.value
    row = services.set_delivery(
        list_id=mailing_list.pk, member=desk.member, delivery=mode, now=desk.now
    )
    return lines(how(row), _("To write to all participants, write to %s.") % mailing_list.address)


def _ask(desk: Desk, mailing_list: MailingList, statement: str) -> str:
    """Make a request to take part, or say that it waits.

    The answer says nothing of a closed discussion but what was written: the name of its list.
    """
    name = {"discussion": isolate(mailing_list.name)}
    forum_id = mailing_list.forum_id
    if forum_selectors.has_asked(desk.member, forum_id):
        return (
            _(
                "The people who lead “%(discussion)s” have received your request. "
                "They decide who is admitted."
            )
            % name
        )
    forum_services.ask_to_join(
        forum_id=forum_id, member=desk.member, statement=statement, now=desk.now
    )
    return (
        _(
            "“%(discussion)s” is a closed discussion: the people who lead it decide who "
            "is admitted. They have received your request; they will answer you, or you "
            "will begin to receive the messages of the discussion."
        )
        % name
    )


def leave(desk: Desk, order: Order) -> Answer:
    """Stop the mail of a list.

    A participant of a discussion that does not let everybody in keeps the place; one of another
    leaves it.
    """
    lists, _rest = desk.lists_in(order.args)
    if not lists:
        return Answer(_("You are on no list."))
    return Answer(lines(*(_leave(desk, mailing_list) for mailing_list in lists)))


def _leave(desk: Desk, mailing_list: MailingList) -> str:
    row = desk.subscription(mailing_list)
    name = {"discussion": isolate(mailing_list.forum.name)}
    if not desk.access.may(READ, mailing_list.forum_id):
        name = {"discussion": isolate(mailing_list.name)}
        row = None
    if row is None:
        services.unsubscribe(list_id=mailing_list.pk, member=desk.member, now=desk.now)
        return _("You receive no e-mail from “%(discussion)s”.") % name
    if _keeps_place(desk, mailing_list.forum_id):
        services.set_delivery(
            list_id=mailing_list.pk, member=desk.member, delivery=Delivery.NONE.value, now=desk.now
        )
        return (
            _(
                "You no longer receive e-mail from “%(discussion)s”. You keep your place "
                "there: you can read and write on the web. SUBSCRIBE starts the mail "
                "again."
            )
            % name
        )
    services.unsubscribe(list_id=mailing_list.pk, member=desk.member, now=desk.now)
    if mailing_list.forum_id in desk.access.roles:
        forum_services.remove_member(
            forum_id=mailing_list.forum_id, member=desk.member, now=desk.now, actor=desk.member
        )
    return (
        _(
            "You have left “%(discussion)s” and no longer receive e-mail from it. "
            "SUBSCRIBE starts it again."
        )
        % name
    )


def _keeps_place(desk: Desk, forum_id: int) -> bool:
    """Whether who wants no more mail still takes part: in another role, or where that is hard."""
    role = desk.access.roles.get(forum_id, "")
    if role != "participant":
        return bool(role)
    return not forum_selectors.joins_at_will(forum_id)
