"""Mail to an alias: one member writes to another through a list, and neither sees the other's address.

A copy of a contribution bears its author's alias in From. What a member who may read the discussion writes there is
said again to the author's registered address, from the sender's own alias in the same list, so that an answer comes
back the same way. Strangers and programs are refused in the session; nothing of it is kept once it is on its way.
"""

from datetime import datetime, timedelta
from email.utils import formataddr
from hashlib import sha256
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from forums import selectors as forums
from hub.lib.errors import NotFound
from hub.lib.mail import LetterFile, send_letter
from hub.lib.masking import mask, mask_file
from hub.lib.tokens import read, sign
from hub.lib.verdicts import ACCEPT, Verdict, discard, hold, reject
from hub.members.selectors import active_member
from listserv import tokens
from listserv.footers import without_footers
from listserv.inbound.compose import find_parent
from listserv.inbound.mime import Mail, mail_of
from listserv.inbound.recipients import POSTING
from listserv.models import InboundMail, MailingList
from listserv.rules import is_among, refuse_over_held

if TYPE_CHECKING:
    from hub.members.models import Member
    from listserv.inbound.errands import Question

State = InboundMail.State
KIND = "alias"
# Private mails of one member in an hour.
MOST_AN_HOUR = 20
REFERENCES_MAX = 20


def owner_of(address: str, mailing_list: MailingList) -> "Member | None":
    """Return whom an alias of a list leads to: None for a forged one, and for who may not read the list any more."""
    token = address.partition("+")[2].partition("@")[0].lower().removeprefix("a.")
    key = tokens.read_alias(token, list_id=mailing_list.pk)
    member = active_member(key) if key is not None else None
    return member if member is not None and forums.may_read_forum(member, mailing_list.forum_id) else None


def decide(question: "Question") -> Verdict:
    """Return the verdict on a mail to an alias; writes nothing."""
    sender, found = question.sender, question.recipient.mailing_list
    assert found is not None
    if sender.problem is not None:
        return sender.problem
    if sender.member is None or not forums.may_read_forum(sender.member, found.forum_id):
        return reject(
            "unknown-sender",
            _("Only those who can read this discussion can write to its authors, from the address the hub knows."),
        )
    if owner_of(question.recipient.address, found) is None:
        return reject("gone", _("This person cannot be reached through the discussion any more."))
    if not question.mail.text.strip() and not question.mail.files:
        return reject("empty", _("There is nothing in your mail to pass on."))
    return _seen_before(question) or _too_many(question) or _proven(question)


def _proven(question: "Question") -> Verdict:
    if question.sender.is_proven:
        return ACCEPT
    return hold("unproven", _("The mail is held: confirm with the link in our letter that it is yours."))


def _seen_before(question: "Question") -> Verdict | None:
    """Discard what a client sends again that did not get our answer."""
    name = question.mail.message_id
    rows = InboundMail.objects.filter(
        message_id=name, recipient=question.recipient.address, member=question.sender.member,
        state__in=(State.QUEUED, State.DONE, State.HELD),
    )  # fmt: skip
    digest = sha256(question.delivery.raw).hexdigest()
    is_copy = bool(name) and is_among(rows, question.mail, digest)
    return discard("duplicate", _("This mail is here already.")) if is_copy else None


def _too_many(question: "Question") -> Verdict | None:
    rows = InboundMail.objects.filter(member=question.sender.member)
    if not question.sender.is_proven:
        refusal = refuse_over_held(rows.filter(state=State.HELD).count())
        if refusal is not None:
            return refusal
    since = question.delivery.received_at - timedelta(hours=1)
    count = rows.filter(kind=KIND, received_at__gt=since, state__in=(State.QUEUED, State.DONE)).count()
    if count < MOST_AN_HOUR:
        return None
    return reject("rate", _("You have sent %d private mails in an hour. Try again later.") % count)


def carry_out(row: InboundMail, *, now: datetime) -> None:
    """Pass a mail on to the owner of the alias, inside the caller's transaction.

    Raises: NotFound (either of the two has left since it was accepted).
    """
    found, writer = row.list, row.member
    reader = owner_of(row.recipient, found) if found is not None else None
    if found is None or writer is None or reader is None or not forums.may_read_forum(writer, found.forum_id):
        raise NotFound(_("This person cannot be reached through the discussion any more."))
    mail = mail_of(row)
    country = f" ({writer.country})" if writer.country else ""
    alias = tokens.alias_address(found.name, member_id=writer.pk, list_id=found.pk)
    send_letter(
        to=reader,
        template="listserv/mail/private",
        context={
            "title": mask(mail.subject),
            "text": mask(without_footers(mail.text).strip()),
            "writer": writer.get_full_name(),
            "discussion": found.forum.name,
        },
        headers={
            "From": formataddr((f"{writer.get_full_name()}{country} via {found.tag}", alias)),
            # A person wrote it; a bounce comes to the hub, not to the writer.
            "Auto-Submitted": "no",
            "Return-Path": settings.SERVER_EMAIL,
            **_thread(mail, row, reader),
        },
        files=[LetterFile(mask(file.name), mask_file(file.content), file.content_type) for file in mail.files],
    )
    _tell_alone(row, mail, found, writer, reader)
    # What two people write each other is nobody else's: only that it was passed on is kept.
    InboundMail.objects.filter(pk=row.pk).update(raw=b"", subject="", processed_at=now)


def _tell_alone(row: InboundMail, mail: Mail, found: MailingList, writer: "Member", reader: "Member") -> None:
    """Tell the writer who got an answer to a contribution, where only the author did: some programs leave Reply-To out.

    The words were private by their address, and stay so; who meant everybody learns how to say it again.
    """
    answered = find_parent(mail=mail, mailing_list=found, answers=None) if mail.in_reply_to else None
    if answered is None:
        return
    beside = InboundMail.objects.filter(message_id=row.message_id, member=writer, list=found, kind__in=POSTING)
    if row.message_id and beside.exists():
        return
    key = {"member_id": writer.pk, "number": answered.number, "list_id": found.pk}
    context = {
        "title": mask(mail.subject),
        "reader": reader.get_full_name(),
        "discussion": found.forum.name,
        "list_address": found.address,
        "number": answered.number,
    }
    send_letter(
        to=writer,
        template="listserv/mail/alone",
        context=context,
        headers={"Reply-To": tokens.reply_address(found.name, **key)},
    )


# --- Threads: each of the two knows a mail by another Message-ID ------------------------------------------------------


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

    The writer's own Message-IDs name their provider, so the reader gets others in their place; what the reader wrote
    comes back under the name it had.
    """
    named = [*mail.references[-REFERENCES_MAX:], *mail.in_reply_to[:1]]
    passed = {name: key for name in named if (key := _row_of(name)) is not None}
    written = InboundMail.objects.filter(kind=KIND, member=reader, pk__in=passed.values())
    back = dict(written.values_list("pk", "message_id"))
    sent = InboundMail.objects.filter(kind=KIND, member=row.member, message_id__in=named)
    forth = {name: _ours(pk) for name, pk in sent.values_list("message_id", "pk")}
    known = {name: back.get(passed[name], "") if name in passed else forth.get(name, name) for name in named}
    chain = [one for one in dict.fromkeys(known[name] for name in named) if one]
    headers = {"Message-ID": f"<{_ours(row.pk)}>"}
    if chain:
        headers |= {"In-Reply-To": f"<{chain[-1]}>", "References": " ".join(f"<{one}>" for one in chain)}
    return headers
