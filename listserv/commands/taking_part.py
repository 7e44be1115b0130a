"""Join and leave lists; a request to join a closed one is passed on to those who let people in."""

from datetime import timedelta

from django.utils.translation import gettext as _

from forums.policy import READ
from hub.lib.scripts import isolate
from listserv import services
from listserv.commands import notifications
from listserv.commands.desk import Answer, Desk, how, lines
from listserv.commands.parsing import Order
from listserv.commands.words import has
from listserv.gateway import states
from listserv.models import InboundMail, MailingList, Subscription

Delivery = Subscription.Delivery
# A request to take part is passed on once in so long.
ASKED_AGAIN = timedelta(days=1)
_MODES = {"daily": Delivery.DAILY.value, "weekly": Delivery.WEEKLY.value}


def join(desk: Desk, order: Order) -> Answer:
    """Put the member on a roster, or send the mail again.

    The request of a member who may not read there is passed on to those who lead.
    """
    lists, rest = desk.lists_in(order.args)
    return Answer(lines(*(_join(desk, mailing_list, rest) for mailing_list in lists)))


def _join(desk: Desk, mailing_list: MailingList, rest: str) -> str:
    if not desk.access.may(READ, mailing_list.forum_id):
        return _ask(desk, mailing_list)
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


def _ask(desk: Desk, mailing_list: MailingList) -> str:
    """Pass the request on, once a day."""
    code = f"asked-{mailing_list.pk}"
    # The answer says nothing of a closed discussion but what was written: the name of its list.
    name = {"discussion": isolate(mailing_list.name)}
    if desk.row is not None:
        rows = InboundMail.objects.filter(
            state=InboundMail.State.DONE,
            received_at__gt=desk.now - ASKED_AGAIN,
            member=desk.member,
            code=code,
        )
        if rows.exclude(pk=desk.row.pk).exists():
            return (
                _(
                    "The people who lead “%(discussion)s” have received your request. "
                    "They decide who is admitted."
                )
                % name
            )
        states.note_code(desk.row, code)
    notifications.ask_to_admit(mailing_list=mailing_list, member=desk.member)
    return (
        _(
            "“%(discussion)s” is a closed discussion: the people who lead it decide who "
            "is admitted. They have received your request; they will answer you, or you "
            "will begin to receive the messages of the discussion."
        )
        % name
    )


def leave(desk: Desk, order: Order) -> Answer:
    """Stop the mail of a list; a participant of the discussion keeps the place."""
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
    if mailing_list.forum_id in desk.access.roles:
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
    return (
        _(
            "You have left “%(discussion)s” and no longer receive e-mail from it. "
            "SUBSCRIBE starts it again."
        )
        % name
    )
