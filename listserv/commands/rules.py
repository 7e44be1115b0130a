"""The rules of messages that order something; they are asked in the session and write nothing.

Who is proven to be a member is accepted. A member's name without a proof is held: its owner is
asked once. A stranger is refused with a sentence that says how to become a member, and nobody
unproven is ever written to.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from forums.policy import APPROVE, READ
from hub.lib.errors import NotFound
from hub.lib.full_urls import full_url
from hub.lib.verdicts import ACCEPT, Verdict, reject
from listserv import tokens
from listserv.address_kinds import AddressKind
from listserv.commands import confirming
from listserv.commands.services import KINDS, orders_of
from listserv.gateway.question import Question
from listserv.gateway.rules import (
    Rule,
    automatic_reply,
    looped,
    not_the_sender,
    sent_before,
    too_many_held,
)
from listserv.gateway.sender import Sender
from listserv.mail.parse import automatic
from listserv.models import InboundMail, MailingList

if TYPE_CHECKING:
    from hub.members.models import Member

State = InboundMail.State


def not_to_be_answered(question: Question) -> Verdict | None:
    """Discard what must not be answered: programs, and what came through a list (RFC 3834 §2)."""
    mail_from = question.incoming.mail_from
    if automatic.may_answer(question.message, mail_from, signed_in=question.signed_in):
        return None
    return automatic_reply()


def leaves_by_token(question: Question) -> Verdict | None:
    """Accept a leave address with the token of a list's message, from any address."""
    if tokens.read_leave(question.token) is None:
        return None
    return ACCEPT


def confirms_by_code(question: Question) -> Verdict | None:
    """Accept a message of nothing but confirmations from any address: the code is the proof."""
    orders = orders_of(question.recipient.kind, question.message).orders
    if not orders:
        return None
    if all(confirming.code_of(order) for order in orders):
        return ACCEPT
    return None


def unknown(question: Question) -> Verdict | None:
    """Refuse who is no member, or claims to be a member to whom the discussion is closed."""
    if _may_use_commands(question.sender, question.recipient.mailing_list):
        return None
    sentence = _(
        "Only members can use this address. Write from the address that is registered "
        "with the hub, or apply at %s"
    )
    return reject("unknown-sender", sentence % full_url("members:apply"))


def _may_use_commands(sender: Sender, mailing_list: MailingList | None) -> bool:
    """Whether the sender is a member; an unproven one must be able to read the discussion."""
    if sender.member is None:
        return False
    if sender.is_proven:
        return True
    if mailing_list is None:
        return True
    return forum_selectors.may_in_forum(sender.member, READ, mailing_list.forum_id)


def too_many(question: Question) -> Verdict | None:
    """Bound the commands that a proven member sends in an hour."""
    if not question.sender.is_proven:
        return None
    rows = InboundMail.objects.filter(
        member=question.member,
        kind__in=KINDS - {AddressKind.MODERATE},
        received_at__gt=question.incoming.received_at - timedelta(hours=1),
        state__in=(State.QUEUED, State.DONE),
    )
    count = rows.count()
    if count < settings.HUB_RATE_PER_HOUR:
        return None
    return reject(
        "rate", _("You have sent %d messages with commands in an hour. Try again later.") % count
    )


def no_order(question: Question) -> Verdict | None:
    """Refuse what orders nothing from who is not proven; a proven member gets the help instead."""
    if question.sender.is_proven or orders_of(question.recipient.kind, question.message).orders:
        return None
    sentence = _("Your message has no command. The commands are explained at %s")
    return reject("unknown-command", sentence % full_url("listserv:lists"))


COMMAND_RULES: tuple[Rule, ...] = (
    looped,
    confirms_by_code,
    not_the_sender,
    unknown,
    sent_before,
    too_many,
    no_order,
    too_many_held,
)


# --- A moderator's answer -------------------------------------------------------------------------


def not_the_moderator(question: Question) -> Verdict | None:
    """Refuse what is not proven to be its moderator's; the token needs its owner's From."""
    if question.recipient.reply is not None and question.sender.is_proven:
        return None
    sentence = _(
        "This address is for one moderator only. Answer the message that you received, "
        "from your own address."
    )
    return reject("other-address", sentence)


def may_not_decide(question: Question) -> Verdict | None:
    """Refuse who does not decide on contributions to the discussion any more."""
    recipient, member = question.recipient, question.member
    assert recipient.reply is not None
    assert member is not None
    if _may_decide(member, recipient.reply.number, recipient.mailing_list):
        return None
    return reject(
        "not-allowed", _("Only the moderators of this discussion decide on contributions to it.")
    )


def _may_decide(member: "Member", number: int, mailing_list: MailingList | None) -> bool:
    """Whether a member decides on a contribution to the discussion of the list."""
    try:
        contribution = forum_selectors.contribution_for(member, number)
    except NotFound:
        return False
    forum_id = contribution.post.topic.forum_id
    if mailing_list is None or mailing_list.forum_id != forum_id:
        return False
    return forum_selectors.may_in_forum(member, APPROVE, forum_id)


MODERATION_RULES: tuple[Rule, ...] = (not_the_sender, not_the_moderator, may_not_decide)
