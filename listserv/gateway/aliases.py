"""Mail to an alias: one member writes to another through a list, and neither sees the other's
address.

A copy of a contribution bears its author's alias in From. What a member who may read the discussion
writes there is said again to the author's registered address, from the sender's own alias in the
same list, so that an answer comes back the same way. Strangers and programs are refused in the
session; nothing of it is kept once it is on its way.
"""

from datetime import timedelta
from email.utils import formataddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from hub.lib.errors import NotFound
from hub.lib.mail import LetterFile, send_letter
from hub.lib.masking import mask, mask_file
from hub.lib.tokens import read, sign
from hub.lib.verdicts import Verdict, reject
from hub.members.selectors import active_member
from listserv import tokens
from listserv.address_kinds import POSTING, AddressKind
from listserv.gateway import states
from listserv.gateway.address_handlers import AddressHandler
from listserv.gateway.compose import find_parent
from listserv.gateway.purposes import HeldMail, Purpose, discussion_of
from listserv.gateway.question import Question
from listserv.gateway.rules import Rule, not_the_sender, sent_before, too_many_held
from listserv.gateway.stored_drafts import mail_of
from listserv.mail.parse.message import Mail
from listserv.mail.trim.footers import without_footers
from listserv.models import InboundMail, MailingList

if TYPE_CHECKING:
    from hub.members.models import Member

State = InboundMail.State
KIND = AddressKind.ALIAS
# Private mails of one member in an hour.
MOST_AN_HOUR = 20
REFERENCES_MAX = 20


def owner_of(address: str, mailing_list: MailingList) -> "Member | None":
    """Return whom an alias of a list leads to: None for a
    forged one, and for who may not read the list any more.
    """
    token = address.partition("+")[2].partition("@")[0].lower().removeprefix("a.")
    key = tokens.read_alias(token, list_id=mailing_list.pk)
    member = active_member(key) if key is not None else None
    return (
        member
        if member is not None and forum_selectors.may_read_forum(member, mailing_list.forum_id)
        else None
    )


def no_reader(question: Question) -> Verdict | None:
    """Refuse who may not read the discussion through which a member is written to."""
    member, mailing_list = question.member, _list_of(question)
    if member is not None and forum_selectors.may_read_forum(member, mailing_list.forum_id):
        return None
    return reject(
        "unknown-sender",
        _(
            "Only those who can read this discussion can write to its authors, from the address "
            "the hub knows."
        ),
    )


def gone(question: Question) -> Verdict | None:
    """Refuse what is for somebody who cannot be reached any more."""
    if owner_of(question.recipient.address, _list_of(question)) is not None:
        return None
    return reject("gone", _("This person cannot be reached through the discussion any more."))


def empty(question: Question) -> Verdict | None:
    """Refuse a message that says nothing."""
    if question.mail.text.strip() or question.mail.files:
        return None
    return reject("empty", _("There is nothing in your mail to pass on."))


def too_many(question: Question) -> Verdict | None:
    """Let a member write :data:`MOST_AN_HOUR` private messages in an hour."""
    rows = InboundMail.objects.filter(
        member=question.member,
        kind=KIND,
        received_at__gt=question.delivery.received_at - timedelta(hours=1),
        state__in=(State.QUEUED, State.DONE),
    )
    count = rows.count()
    if count < MOST_AN_HOUR:
        return None
    return reject("rate", _("You have sent %d private mails in an hour. Try again later.") % count)


def _list_of(question: Question) -> MailingList:
    assert question.recipient.mailing_list is not None
    return question.recipient.mailing_list


RULES: tuple[Rule, ...] = (
    not_the_sender,
    no_reader,
    gone,
    empty,
    sent_before,
    too_many_held,
    too_many,
)


def describe(row: InboundMail, _mail: Mail) -> HeldMail:
    """Return whom a held private message is for. Queries: 2 at most."""
    reader = owner_of(row.recipient, row.list) if row.list else None
    return HeldMail(
        Purpose.PRIVATE, discussion_of(row), person=reader.get_full_name() if reader else ""
    )


def _two_people(row: InboundMail) -> "tuple[MailingList, Member, Member]":
    """Return the list, the writer and the reader. Raises: NotFound (one of the two has left it)."""
    mailing_list, writer = row.list, row.member
    reader = owner_of(row.recipient, mailing_list) if mailing_list is not None else None
    if mailing_list is None or writer is None or reader is None:
        raise NotFound(_("This person cannot be reached through the discussion any more."))
    if not forum_selectors.may_read_forum(writer, mailing_list.forum_id):
        raise NotFound(_("This person cannot be reached through the discussion any more."))
    return mailing_list, writer, reader


def carry_out(row: InboundMail) -> None:
    """Pass a mail on to the owner of the alias, inside the caller's transaction.

    Raises: NotFound (either of the two has left since it was accepted).
    """
    mailing_list, writer, reader = _two_people(row)
    mail = mail_of(row)
    country = f" ({writer.country})" if writer.country else ""
    alias = tokens.alias_address(mailing_list.name, member_id=writer.pk, list_id=mailing_list.pk)
    send_letter(
        to=reader,
        template="listserv/mail/private",
        context={
            "title": mask(mail.subject),
            "text": mask(without_footers(mail.text).strip()),
            "writer": writer.get_full_name(),
            "discussion": mailing_list.forum.name,
        },
        headers={
            "From": formataddr(
                (f"{writer.get_full_name()}{country} via {mailing_list.tag}", alias)
            ),
            # A person wrote it; a bounce comes to the hub, not to the writer.
            "Auto-Submitted": "no",
            "Return-Path": settings.SERVER_EMAIL,
            **_thread(mail, row, reader),
        },
        files=[
            LetterFile(mask(file.name), mask_file(file.content), file.content_type)
            for file in mail.files
        ],
    )
    _tell_alone(row, mail, mailing_list, writer, reader)
    # What two people write each other is nobody else's: only that it was passed on is kept.
    states.drop_words(row)


def _tell_alone(
    row: InboundMail, mail: Mail, mailing_list: MailingList, writer: "Member", reader: "Member"
) -> None:
    """Tell the writer who got an answer to a contribution, where only the author did: some programs
    leave Reply-To out.

    The words were private by their address, and stay so; who meant everybody learns how to say it
    again.
    """
    answered = (
        find_parent(mail=mail, mailing_list=mailing_list, answers=None)
        if mail.in_reply_to
        else None
    )
    if answered is None:
        return
    beside = InboundMail.objects.filter(
        message_id=row.message_id, member=writer, list=mailing_list, kind__in=POSTING
    )
    if row.message_id and beside.exists():
        return
    key = {"member_id": writer.pk, "number": answered.number, "list_id": mailing_list.pk}
    context = {
        "title": mask(mail.subject),
        "reader": reader.get_full_name(),
        "discussion": mailing_list.forum.name,
        "list_address": mailing_list.address,
        "number": answered.number,
    }
    send_letter(
        to=writer,
        template="listserv/mail/alone",
        context=context,
        headers={"Reply-To": tokens.reply_address(mailing_list.name, **key)},
    )


# --- Threads: each of the two knows a mail by another Message-ID ----------------------------------


def _ours(pk: int) -> str:
    return f"private.{sign('private', [pk])}@{settings.HUB_MAIL_DOMAIN}"


def _row_of(name: str) -> int | None:
    local, _at, domain = name.partition("@")
    if domain.lower() != settings.HUB_MAIL_DOMAIN.lower() or not local.startswith("private."):
        return None
    numbers = read("private", local.removeprefix("private."))
    return numbers[0] if numbers and len(numbers) == 1 else None


def _thread(mail: Mail, row: InboundMail, reader: "Member") -> dict[str, str]:
    """Return Message-ID, In-Reply-To and References as the reader's program knows the mails.

    The writer's own Message-IDs name their provider, so the reader gets others in their place; what
    the reader wrote comes back under the name it had.
    """
    named = [*mail.references[-REFERENCES_MAX:], *mail.in_reply_to[:1]]
    passed = {name: key for name in named if (key := _row_of(name)) is not None}
    written = InboundMail.objects.filter(kind=KIND, member=reader, pk__in=passed.values())
    back = dict(written.values_list("pk", "message_id"))
    sent = InboundMail.objects.filter(kind=KIND, member=row.member, message_id__in=named)
    forth = {name: _ours(pk) for name, pk in sent.values_list("message_id", "pk")}
    known = {
        name: back.get(passed[name], "") if name in passed else forth.get(name, name)
        for name in named
    }
    chain = [
        message_id for message_id in dict.fromkeys(known[name] for name in named) if message_id
    ]
    headers = {"Message-ID": f"<{_ours(row.pk)}>"}
    if chain:
        headers |= {
            "In-Reply-To": f"<{chain[-1]}>",
            "References": " ".join(f"<{message_id}>" for message_id in chain),
        }
    return headers


HANDLER = AddressHandler(carry_out, RULES, needs_proof=True, describe=describe)
