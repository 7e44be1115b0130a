"""Pass private messages on: one member writes to another, and neither sees the other's address.

A delivery of a contribution bears its author's alias in From. What a member who may read the
discussion writes there is sent on to the author's registered address, from the sender's own alias
in the same list, so that an answer comes back the same way. Strangers and programs are refused in
the SMTP session; the words are deleted once they are on their way.
"""

from datetime import timedelta
from email.utils import formataddr
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import selectors as forum_selectors
from hub.lib.errors import NotFound
from hub.lib.mail import NotificationFile, send_notification
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
from listserv.gateway.question import Question, token_of
from listserv.gateway.rules import Rule, not_the_sender, sent_before, too_many_held
from listserv.gateway.stored_drafts import parsed_message
from listserv.mail.parse.message import ParsedMessage
from listserv.mail.trim.footers import without_footers
from listserv.models import InboundMail, MailingList

if TYPE_CHECKING:
    from hub.members.models import Member

State = InboundMail.State
KIND = AddressKind.ALIAS
MOST_AN_HOUR = 20  # private messages of one member
REFERENCES_MAX = 20


def owner_of(address: str, mailing_list: MailingList) -> "Member | None":
    """Return the member whom an alias of a list leads to.

    None for a forged alias, and for a member who may not read the discussion any more.
    """
    token = token_of(address).lower().removeprefix("a.")
    member_id = tokens.read_alias(token, list_id=mailing_list.pk)
    if member_id is None:
        return None
    member = active_member(member_id)
    return member if _may_read(member, mailing_list) else None


def _may_read(member: "Member | None", mailing_list: MailingList) -> bool:
    """Whether somebody is a member who may read the discussion of a list."""
    if member is None:
        return False
    return forum_selectors.may_read_forum(member, mailing_list.forum_id)


def no_reader(question: Question) -> Verdict | None:
    """Refuse who may not read the discussion through which a member is written to."""
    if _may_read(question.member, _list_of(question)):
        return None
    return reject(
        "unknown-sender",
        _(
            "Only people who can read this discussion can write to its authors, from the "
            "address that is registered with the hub."
        ),
    )


def gone(question: Question) -> Verdict | None:
    """Refuse what is for somebody who cannot be reached any more."""
    if owner_of(question.recipient.address, _list_of(question)) is not None:
        return None
    return reject("gone", _("This person can no longer be reached through the discussion."))


def empty(question: Question) -> Verdict | None:
    """Refuse a message that says nothing."""
    if question.message.text.strip() or question.message.files:
        return None
    return reject("empty", _("Your message has nothing to pass on."))


def too_many(question: Question) -> Verdict | None:
    """Let a member write :data:`MOST_AN_HOUR` private messages in an hour."""
    rows = InboundMail.objects.filter(
        member=question.member,
        kind=KIND,
        received_at__gt=question.incoming.received_at - timedelta(hours=1),
        state__in=(State.QUEUED, State.DONE),
    )
    count = rows.count()
    if count < MOST_AN_HOUR:
        return None
    return reject(
        "rate", _("You have sent %d private messages in an hour. Try again later.") % count
    )


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


def describe(row: InboundMail, _message: ParsedMessage) -> HeldMail:
    """Return whom a held private message is for. Queries: 2 at most."""
    reader = _reader_of(row)
    if reader is None:
        return HeldMail(Purpose.PRIVATE, discussion_of(row))
    return HeldMail(Purpose.PRIVATE, discussion_of(row), person=reader.get_full_name())


def _reader_of(row: InboundMail) -> "Member | None":
    """Return the member whom a message to an alias is for."""
    if row.list is None:
        return None
    return owner_of(row.recipient, row.list)


def _list_and_people(row: InboundMail) -> "tuple[MailingList, Member, Member]":
    """Return the list, the writer and the reader. Raises: NotFound (one of the two has left it)."""
    mailing_list, writer, reader = row.list, row.member, _reader_of(row)
    if mailing_list is None or writer is None or reader is None:
        raise NotFound(_("This person can no longer be reached through the discussion."))
    if not _may_read(writer, mailing_list):
        raise NotFound(_("This person can no longer be reached through the discussion."))
    return mailing_list, writer, reader


def carry_out(row: InboundMail) -> None:
    """Pass a message on to the owner of the alias, inside the caller's transaction.

    Raises: NotFound (either of the two has left since it was accepted).
    """
    mailing_list, writer, reader = _list_and_people(row)
    message = parsed_message(row)
    alias = tokens.alias_address(mailing_list.name, member_id=writer.pk, list_id=mailing_list.pk)
    name = writer.get_full_name()
    if writer.country:
        name = f"{name} ({writer.country})"
    send_notification(
        to=reader,
        template="listserv/mail/private",
        context={
            "title": mask(message.subject),
            "text": mask(without_footers(message.text).strip()),
            "writer": writer.get_full_name(),
            "discussion": mailing_list.forum.name,
        },
        headers={
            "From": formataddr((f"{name} via {mailing_list.tag}", alias)),
            # A person wrote it; a bounce comes to the hub, not to the writer.
            "Auto-Submitted": "no",
            "Return-Path": settings.SERVER_EMAIL,
            **_thread(message, row, reader),
        },
        files=[
            NotificationFile(mask(file.name), mask_file(file.content), file.content_type)
            for file in message.files
        ],
    )
    _notify_writer(row, message, mailing_list, writer, reader)
    # What two people write each other is nobody else's: only that it was passed on is kept.
    states.drop_words(row)


def _notify_writer(
    row: InboundMail,
    message: ParsedMessage,
    mailing_list: MailingList,
    writer: "Member",
    reader: "Member",
) -> None:
    """Tell the writer when an answer to a contribution went to its author alone.

    Some programs ignore Reply-To. The words were private by their address, and stay so; a writer
    who meant everybody learns how to send them again.
    """
    if not message.in_reply_to or _went_to_the_list(row):
        return
    answered = find_parent(message=message, mailing_list=mailing_list, answers=None)
    if answered is None:
        return
    key = {"member_id": writer.pk, "number": answered.number, "list_id": mailing_list.pk}
    context = {
        "title": mask(message.subject),
        "reader": reader.get_full_name(),
        "discussion": mailing_list.forum.name,
        "list_address": mailing_list.address,
        "number": answered.number,
    }
    send_notification(
        to=writer,
        template="listserv/mail/alone",
        context=context,
        headers={"Reply-To": tokens.reply_address(mailing_list.name, **key)},
    )


def _went_to_the_list(row: InboundMail) -> bool:
    """Whether the same message came to the list as well. Queries: 1 at most."""
    if not row.message_id:
        return False
    same = InboundMail.objects.filter(
        message_id=row.message_id, member=row.member, list=row.list, kind__in=POSTING
    )
    return same.exists()


# --- Threads: each of the two knows a message by another Message-ID -------------------------------


def _message_id_of(pk: int) -> str:
    """Return the Message-ID under which a private message is passed on."""
    return f"private.{sign('private', [pk])}@{settings.HUB_MAIL_DOMAIN}"


def _key_in(message_id: str) -> int | None:
    """Return the key of the row in a Message-ID of :func:`_message_id_of`, None in any other."""
    local, _at, domain = message_id.partition("@")
    if domain.lower() != settings.HUB_MAIL_DOMAIN.lower():
        return None
    if not local.startswith("private."):
        return None
    numbers = read("private", local.removeprefix("private."))
    if numbers is None or len(numbers) != 1:
        return None
    return numbers[0]


def _thread(message: ParsedMessage, row: InboundMail, reader: "Member") -> dict[str, str]:
    """Return Message-ID, In-Reply-To and References as the reader's program knows the messages."""
    chain = _chain(message, row, reader)
    headers = {"Message-ID": f"<{_message_id_of(row.pk)}>"}
    if chain:
        headers |= {
            "In-Reply-To": f"<{chain[-1]}>",
            "References": " ".join(f"<{message_id}>" for message_id in chain),
        }
    return headers


def _chain(message: ParsedMessage, row: InboundMail, reader: "Member") -> list[str]:
    """Return the Message-IDs that a message answers, each as the reader's program knows it.

    The writer's own Message-IDs name their provider, so the reader gets others in their place; what
    the reader wrote comes back under the name it had.
    """
    answered_ids = [*message.references[-REFERENCES_MAX:], *message.in_reply_to[:1]]
    keys = {name: key for name in answered_ids if (key := _key_in(name)) is not None}
    by_reader = InboundMail.objects.filter(kind=KIND, member=reader, pk__in=keys.values())
    original_ids = dict(by_reader.values_list("pk", "message_id"))
    by_writer = InboundMail.objects.filter(
        kind=KIND, member=row.member, message_id__in=answered_ids
    )
    passed_on = {name: _message_id_of(pk) for name, pk in by_writer.values_list("message_id", "pk")}
    chain: list[str] = []
    for name in answered_ids:
        if name in keys:
            chain.append(original_ids.get(keys[name], ""))
        else:
            chain.append(passed_on.get(name, name))
    return [message_id for message_id in dict.fromkeys(chain) if message_id]


HANDLER = AddressHandler(carry_out, RULES, needs_proof=True, describe=describe)
