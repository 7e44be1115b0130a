"""Letters of the commands: the answer, a wish to be let in, a moderation handed over."""

from typing import TYPE_CHECKING

from django.conf import settings

from forums import selectors as forum_selectors
from hub.lib.full_urls import full_url
from hub.lib.mail import LetterFile, send_letter
from hub.members.selectors import addresses_of, secretariat
from listserv import tokens
from listserv.commands import vocabulary
from listserv.commands.desk import request_address
from listserv.mail.parse.subjects import bare_subject
from listserv.models import InboundMail, MailingList, Subscription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.members.models import Member
    from listserv.mail.parse.message import Mail

# Message-IDs of a thread that an answer names.
_REFERENCES = 20
# Characters of an answer from which on it is plain text alone: a listing gains nothing by HTML, and
# thin lines lose.
_PLAIN_FROM = 8_000


def answer(
    *,
    row: InboundMail,
    mail: "Mail",
    results: "Sequence[dict[str, str]]",
    notes: "Sequence[str]" = (),
    files: "Sequence[LetterFile]" = (),
    reply_to: str = "",
) -> None:
    """Answer a mail of a member's in one mail, threaded to it, at the address it came from when
    that is the member's.

    Args:
        results: ``line`` (what was asked, empty for a subaddress) and ``text`` of each order.
        notes: what else is to be said, a paragraph each.
        reply_to: where it is answered, empty for the desk.
    """
    assert row.member is not None
    known = {known.lower() for known in addresses_of(row.member)}
    wrote = mail.from_addresses[0] if mail.from_addresses else ""
    context = {
        "results": results,
        "notes": notes,
        "asked": bare_subject(mail.subject, tag=""),
        "desk": row.list.name if row.list else settings.HUB_NAME,
        "request_address": request_address(row.list),
    }
    length = sum(len(result["text"]) for result in results)
    send_letter(
        to=row.member,
        template="listserv/mail/answer",
        context=context,
        address=wrote if wrote.lower() in known else "",
        headers=_threaded(mail) | {"Reply-To": reply_to or _own_desk(row.list, row.member)},
        files=files,
        html=length < _PLAIN_FROM,
    )


def _threaded(mail: "Mail") -> dict[str, str]:
    """Return the header fields that put an answer under its
    question and let no program answer it (RFC 3834 §3.1).
    """
    headers = {"Auto-Submitted": "auto-replied"}
    ident = _safe(mail.message_id)
    if ident:
        chain = [
            message_id
            for message_id in map(_safe, (*mail.references[-_REFERENCES:], mail.message_id))
            if message_id
        ]
        headers |= {"In-Reply-To": ident, "References": " ".join(dict.fromkeys(chain))}
    return headers


def _safe(ident: str) -> str:
    """Return a Message-ID in brackets, empty when a header cannot carry it."""
    whole = ident.isascii() and ident.isprintable() and not set(ident) & set("<> \t")
    return f"<{ident}>" if ident and whole else ""


def _own_desk(mailing_list: MailingList | None, member: "Member") -> str:
    """Return where a member answers with commands: the token in it is the proof."""
    name, key = (mailing_list.name, mailing_list.pk) if mailing_list else ("", 0)
    return tokens.desk_address(name, member_id=member.pk, list_id=key)


def leading(mailing_list: MailingList) -> "list[Member]":
    """Return those who lead a discussion, the Secretariat where nobody does."""
    return [place.member for place in forum_selectors.moderators_of(mailing_list.forum_id)] or list(
        secretariat()
    )


def ask_to_admit(*, mailing_list: MailingList, member: "Member") -> None:
    """Tell those who let people in that a member wants to
    take part; their answer is the command that does it.
    """
    order = f"ADMIT {member.pk}"
    context = {
        "person": member,
        "discussion": mailing_list.forum.name,
        "order": order,
        "request_address": request_address(mailing_list),
        "profile_url": full_url("members:profile", member.pk),
    }
    for person in leading(mailing_list):
        headers = {"Reply-To": _own_desk(mailing_list, person)}
        send_letter(to=person, template="listserv/mail/asks_in", context=context, headers=headers)


def tell_admitted(*, mailing_list: MailingList, member: "Member", by: "Member") -> None:
    """Tell somebody who was let in, with the addresses of the discussion."""
    context = {
        "by": by,
        "discussion": mailing_list.forum.name,
        "list_address": mailing_list.address,
        "request_address": request_address(mailing_list),
        "page_url": full_url("forums:discussion_by_key", mailing_list.forum_id),
    }
    send_letter(
        to=member,
        template="listserv/mail/admitted",
        context=context,
        headers={"Reply-To": _own_desk(mailing_list, member)},
    )


def tell_stopped(row: "Subscription", *, before: str) -> None:
    """Tell a member that the unsubscribe link of a mail has stopped the mail of a list, and how to
    have it back.

    Args: before, the delivery mode until now.
    """
    word = vocabulary.own(vocabulary.COMMANDS["join"], row.member.language)
    mode = {Subscription.Delivery.DAILY: "DAILY", Subscription.Delivery.WEEKLY: "WEEKLY"}.get(
        before, ""
    )  # type: ignore[call-overload]
    context = {
        "discussion": row.list.forum.name,
        "address": row.recipient,
        "order": f"{word} {mode}".strip(),
        "lists_url": full_url("listserv:lists"),
    }
    send_letter(
        to=row.member,
        template="listserv/mail/left",
        context=context,
        headers={"Reply-To": _own_desk(row.list, row.member)},
    )


def tell_handover(*, mailing_list: MailingList, member: "Member", by: "Member") -> None:
    """Tell a participant who leads a discussion from now on, and how that is done by mail."""
    context = {
        "by": by,
        "discussion": mailing_list.forum.name,
        "list_name": mailing_list.name,
        "list_address": mailing_list.address,
        "request_address": request_address(mailing_list),
    }
    send_letter(
        to=member,
        template="listserv/mail/handover",
        context=context,
        headers={"Reply-To": _own_desk(mailing_list, member)},
    )
