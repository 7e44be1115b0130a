"""The verdict on a mail that orders something, in the session; writes nothing.

Who is proven to be a member is let through. A member's name without a proof is held: its owner is asked once. A
stranger is refused with a sentence that says how to become a member, and nobody unproven is ever written to.
"""

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from forums import selectors as forums
from forums.policy import APPROVE, READ
from hub.lib.errors import NotFound
from hub.lib.verdicts import ACCEPT, Verdict, discard, hold, reject
from listserv import machines
from listserv.commands import confirming
from listserv.commands.services import KINDS, orders_of
from listserv.inbound.sender import Sender
from listserv.models import InboundMail
from listserv.rules import is_among, refuse_over_held

if TYPE_CHECKING:
    from listserv.inbound.errands import Question

State = InboundMail.State


def decide_command(question: "Question") -> Verdict:
    """Return the verdict on a mail of commands."""
    kind = question.recipient.kind
    sender = question.sender
    if _is_looped(question):
        return discard("loop", _("This mail has been through the hub before."))
    found = orders_of(kind, question.mail)
    if found.orders and all(order.name == "confirm" and confirming.code_in(order.args) for order in found.orders):
        # The code is the proof, from whatever address.
        return ACCEPT
    refused = sender.problem or _unknown(question, sender)
    if refused is not None:
        return refused
    if _is_copy(question, sender):
        return discard("duplicate", _("This mail is here already."))
    if sender.is_proven:
        return _over_the_rate(question, sender) or ACCEPT
    if not found.orders:
        return reject("unknown-command", _("No command was found in your mail. They are explained at %s") % _help_url())
    return _held(question, sender)


def _is_looped(question: "Question") -> bool:
    headers = question.mail.headers
    domain = settings.HUB_MAIL_DOMAIN.lower()
    named = " ".join(headers.all("list-id") + headers.all("list-post")).lower()
    ours = f".{domain}>" in named or f"@{domain}>" in named
    loops = any(value.strip(" <>").lower().endswith(f"@{domain}") for value in headers.all("x-loop"))
    return ours or loops or machines.has_gone_round(headers)


def _unknown(question: "Question", sender: Sender) -> Verdict | None:
    """Refuse who is no member; and who claims to be one to whom the discussion is closed, in the same words."""
    found = question.recipient.mailing_list
    known = sender.member is not None and (
        sender.is_proven or found is None or forums.may_in_forum(sender.member, READ, found.forum_id)
    )
    if known:
        return None
    url = f"{settings.HUB_URL}{reverse('members:apply')}"
    return reject(
        "unknown-sender",
        _("Only members can use this address. Write from the address the hub knows you by, or apply at %s") % url,
    )


def _help_url() -> str:
    return f"{settings.HUB_URL}{reverse('listserv:lists')}"


def _is_copy(question: "Question", sender: Sender) -> bool:
    """Whether a client that did not get our answer sends the same again."""
    if not question.mail.message_id:
        return False
    states = [State.QUEUED, State.DONE] if sender.is_proven else [State.QUEUED, State.DONE, State.HELD]
    rows = InboundMail.objects.filter(
        message_id=question.mail.message_id, list_id=question.recipient.list_id, member=sender.member,
        kind=question.recipient.kind, state__in=states,
    )  # fmt: skip
    return is_among(rows, question.mail, sha256(question.delivery.raw).hexdigest())


def _over_the_rate(question: "Question", sender: Sender) -> Verdict | None:
    since = question.delivery.received_at - timedelta(hours=1)
    rows = InboundMail.objects.filter(
        member=sender.member, kind__in=KINDS - {"moderate"}, received_at__gt=since, state__in=(State.QUEUED, State.DONE)
    )
    count = rows.count()
    if count < settings.HUB_RATE_PER_HOUR:
        return None
    return reject("rate", _("You have sent %d mails with commands in an hour. Try again later.") % count)


def _held(question: "Question", sender: Sender) -> Verdict:
    refusal = refuse_over_held(InboundMail.objects.filter(member=sender.member, state=State.HELD).count())
    if refusal is not None:
        return refusal
    return hold("unproven", _("The mail is held: confirm with the link in our letter that it is yours."))


def decide_moderation(question: "Question") -> Verdict:
    """Return the verdict on a moderator's answer: the token counts in a mail from its owner, or a proof for itself."""
    sender, asked = question.sender, question.recipient.reply
    if sender.problem is not None:
        return sender.problem
    if asked is None or sender.member is None or not sender.is_proven:
        return reject(
            "other-address",
            _("This address is one moderator's alone. Answer the letter that you got, from your own address."),
        )
    try:
        said = forums.contribution_for(sender.member, asked.number)
    except NotFound:
        said = None
    found = question.recipient.mailing_list
    forum_id = said.post.topic.forum_id if said is not None else None
    if found is None or forum_id != found.forum_id or not forums.may_in_forum(sender.member, APPROVE, found.forum_id):
        return reject("not-allowed", _("You do not decide on contributions to this discussion."))
    return ACCEPT
