"""The rules of messages that order something; asked in the session, and they write nothing.

Who is proven to be a member is let through. A member's name without a proof is held: its owner is
asked once. A stranger is refused with a sentence that says how to become a member, and nobody
unproven is ever written to.
"""

from datetime import timedelta

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
from listserv.mail.parse import automatic
from listserv.models import InboundMail

State = InboundMail.State


def not_to_be_answered(question: Question) -> Verdict | None:
    """Discard what must not be answered: programs, and what came through a list (RFC 3834 §2)."""
    mail_from = question.delivery.mail_from
    if automatic.may_answer(question.mail, mail_from, signed_in=question.signed_in):
        return None
    return automatic_reply()


def leaves_by_token(question: Question) -> Verdict | None:
    """Let the token of a mail from the list leave, from any address."""
    return ACCEPT if tokens.read_leave(question.token) is not None else None


def confirms_by_code(question: Question) -> Verdict | None:
    """Take confirmations alone from any address: the code is the proof."""
    orders = orders_of(question.recipient.kind, question.mail).orders
    is_proof = bool(orders) and all(
        order.name == "confirm" and confirming.code_in(order.args) for order in orders
    )
    return ACCEPT if is_proof else None


def unknown(question: Question) -> Verdict | None:
    """Refuse who is no member, and alike whoever claims
    that of one to whom the discussion is closed.
    """
    sender, mailing_list = question.sender, question.recipient.mailing_list
    if sender.member is not None:
        if sender.is_proven or mailing_list is None:
            return None
        if forum_selectors.may_in_forum(sender.member, READ, mailing_list.forum_id):
            return None
    sentence = _(
        "Only members can use this address. Write from the address the hub knows you by, or apply "
        "at %s"
    )
    return reject("unknown-sender", sentence % full_url("members:apply"))


def too_many(question: Question) -> Verdict | None:
    """Count the commands that a proven member has sent in the last hour."""
    if not question.sender.is_proven:
        return None
    rows = InboundMail.objects.filter(
        member=question.member,
        kind__in=KINDS - {AddressKind.MODERATE},
        received_at__gt=question.delivery.received_at - timedelta(hours=1),
        state__in=(State.QUEUED, State.DONE),
    )
    count = rows.count()
    if count < settings.HUB_RATE_PER_HOUR:
        return None
    return reject(
        "rate", _("You have sent %d mails with commands in an hour. Try again later.") % count
    )


def no_order(question: Question) -> Verdict | None:
    """Refuse what orders nothing from who is not proven; a proven member gets the help instead."""
    if question.sender.is_proven or orders_of(question.recipient.kind, question.mail).orders:
        return None
    sentence = _("No command was found in your mail. They are explained at %s")
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
    """Refuse what is not proven to be its moderator's;
    the token counts in a mail from its owner.
    """
    if question.recipient.reply is not None and question.sender.is_proven:
        return None
    sentence = _(
        "This address is one moderator's alone. Answer the letter that you got, from your own "
        "address."
    )
    return reject("other-address", sentence)


def may_not_decide(question: Question) -> Verdict | None:
    """Refuse who does not decide on contributions to the discussion any more."""
    mailing_list, token, member = (
        question.recipient.mailing_list,
        question.recipient.reply,
        question.member,
    )
    assert token is not None and member is not None
    try:
        contribution = forum_selectors.contribution_for(member, token.number)
    except NotFound:
        contribution = None
    forum_id = contribution.post.topic.forum_id if contribution is not None else None
    is_here = mailing_list is not None and mailing_list.forum_id == forum_id
    if forum_id is not None and is_here and forum_selectors.may_in_forum(member, APPROVE, forum_id):
        return None
    return reject("not-allowed", _("You do not decide on contributions to this discussion."))


MODERATION_RULES: tuple[Rule, ...] = (not_the_sender, not_the_moderator, may_not_decide)
