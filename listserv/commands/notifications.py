"""Write the notifications of the commands: answers, requests to join, a moderation handed over."""

import re
from typing import TYPE_CHECKING

from django.conf import settings

from forums import selectors as forum_selectors
from hub.lib.full_urls import full_url
from hub.lib.mail import NotificationFile, send_notification
from hub.members.selectors import addresses_of
from listserv import tokens
from listserv.commands import vocabulary
from listserv.commands.desk import request_address
from listserv.gateway.leaders import leaders_of
from listserv.mail.parse.subjects import bare_subject
from listserv.models import InboundMail, MailingList, Subscription

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forums.models import JoinRequest
    from hub.members.models import Member
    from listserv.mail.parse.message import ParsedMessage

# Message-IDs of a thread that an answer names.
_REFERENCES = 20
# From so many characters on an answer is plain text alone: a listing gains nothing by HTML, and
# thin lines lose.
_PLAIN_FROM = 8_000
# Printable ASCII, without the space and the brackets.
_SAFE_ID = re.compile(r"[!-;=?-~]+")
# What a member writes behind SUBSCRIBE to have the delivery mode again.
_MODE_WORDS = {
    Subscription.Delivery.DAILY.value: "DAILY",
    Subscription.Delivery.WEEKLY.value: "WEEKLY",
}


def answer(
    *,
    row: InboundMail,
    message: "ParsedMessage",
    results: "Sequence[dict[str, str]]",
    notes: "Sequence[str]" = (),
    files: "Sequence[NotificationFile]" = (),
    reply_to: str = "",
) -> None:
    """Answer a member's message in one message, threaded to it.

    It goes to the address that the message came from, when that is the member's.

    Args:
        results: ``line`` (what was asked, empty for a subaddress) and ``text`` of each order.
        notes: what the answer adds, a paragraph each.
        reply_to: where it is answered, empty for the desk.
    """
    assert row.member is not None
    address = next(iter(message.from_addresses), "")
    if address.lower() not in {own.lower() for own in addresses_of(row.member)}:
        address = ""
    context = {
        "results": results,
        "notes": notes,
        "asked": bare_subject(message.subject, tag=""),
        "desk": row.list.name if row.list else settings.HUB_NAME,
        "request_address": request_address(row.list),
    }
    length = sum(len(result["text"]) for result in results)
    send_notification(
        to=row.member,
        template="listserv/mail/answer",
        context=context,
        address=address,
        headers=_threaded(message) | {"Reply-To": reply_to or _own_desk(row.list, row.member)},
        files=files,
        html=length < _PLAIN_FROM,
    )


def _threaded(message: "ParsedMessage") -> dict[str, str]:
    """Return the header fields of an answer.

    They put it under its question and let no program answer it (RFC 3834 §3.1).
    """
    headers = {"Auto-Submitted": "auto-replied"}
    answered = _in_brackets(message.message_id)
    if answered:
        chain = map(_in_brackets, (*message.references[-_REFERENCES:], message.message_id))
        references = " ".join(dict.fromkeys(filter(None, chain)))
        headers |= {"In-Reply-To": answered, "References": references}
    return headers


def _in_brackets(message_id: str) -> str:
    """Return a Message-ID in brackets, empty when a header cannot carry it."""
    if not _SAFE_ID.fullmatch(message_id):
        return ""
    return f"<{message_id}>"


def _own_desk(mailing_list: MailingList | None, member: "Member") -> str:
    """Return where a member answers with commands: the token in it is the proof."""
    if mailing_list is None:
        return tokens.desk_address("", member_id=member.pk, list_id=0)
    return tokens.desk_address(mailing_list.name, member_id=member.pk, list_id=mailing_list.pk)


def ask_to_admit(*, mailing_list: MailingList, join_request: "JoinRequest") -> None:
    """Ask those who let people in about a member.

    Their answer is the command that does it; the page does it too, and declines.
    """
    member = join_request.member
    order = f"ADMIT {member.pk}"
    context = {
        "person": member,
        "statement": join_request.statement,
        "discussion": mailing_list.forum.name,
        "order": order,
        "request_address": request_address(mailing_list),
        "profile_url": full_url("members:profile", member.pk),
        "requests_url": full_url("forums:requests_in", mailing_list.forum_id),
    }
    for person in leaders_of(mailing_list.forum_id):
        headers = {"Reply-To": _own_desk(mailing_list, person)}
        send_notification(
            to=person, template="listserv/mail/asks_in", context=context, headers=headers
        )


def notify_admitted(*, mailing_list: MailingList, member: "Member", by: "Member") -> None:
    """Tell a member that they were let in, with the addresses of the discussion."""
    context = {
        "by": by,
        "discussion": mailing_list.forum.name,
        "list_address": mailing_list.address,
        "request_address": request_address(mailing_list),
        "page_url": full_url("forums:discussion_by_key", mailing_list.forum_id),
    }
    send_notification(
        to=member,
        template="listserv/mail/admitted",
        context=context,
        headers={"Reply-To": _own_desk(mailing_list, member)},
    )


def notify_not_admitted(*, mailing_list: MailingList, join_request: "JoinRequest") -> None:
    """Tell a member why those who lead a discussion declined their request.

    Its name stands there only if the member may know it; who asked by mail knows that of its list.
    """
    member, ask_url = join_request.member, ""
    name = mailing_list.name
    if forum_selectors.may_know_of_forum(member, mailing_list.forum_id):
        name = mailing_list.forum.name
        ask_url = full_url("forums:join", mailing_list.forum_id)
    word = vocabulary.own(vocabulary.COMMANDS["join"], member.language)
    context = {
        "discussion": name,
        "reason": join_request.reason,
        "order": f"{word} {mailing_list.name}",
        "request_address": request_address(mailing_list),
        "ask_url": ask_url,
    }
    send_notification(
        to=member,
        template="listserv/mail/not_admitted",
        context=context,
        headers={"Reply-To": _own_desk(mailing_list, member)},
    )


def notify_unsubscribed(row: "Subscription", *, before: str) -> None:
    """Tell a member that an unsubscribe link has stopped a list's mail, and how to have it back.

    Args: before, the delivery mode until now.
    """
    word = vocabulary.own(vocabulary.COMMANDS["join"], row.member.language)
    mode = _MODE_WORDS.get(before, "")
    context = {
        "discussion": row.list.forum.name,
        "address": row.recipient,
        "order": f"{word} {mode}".strip(),
        "lists_url": full_url("listserv:lists"),
    }
    send_notification(
        to=row.member,
        template="listserv/mail/left",
        context=context,
        headers={"Reply-To": _own_desk(row.list, row.member)},
    )


def notify_handover(*, mailing_list: MailingList, member: "Member", by: "Member") -> None:
    """Tell a participant who leads a discussion from now on, and how that is done by mail."""
    context = {
        "by": by,
        "discussion": mailing_list.forum.name,
        "list_name": mailing_list.name,
        "list_address": mailing_list.address,
        "request_address": request_address(mailing_list),
    }
    send_notification(
        to=member,
        template="listserv/mail/handover",
        context=context,
        headers={"Reply-To": _own_desk(mailing_list, member)},
    )
