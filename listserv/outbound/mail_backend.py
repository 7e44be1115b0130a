"""Django's mail backend of the hub: a message is queued in the transaction that asks for it.

Everything that sends through Django (accounts, notifications) comes out here; whoever rolls back
has sent nothing.
"""

import secrets
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from hub.lib import clock
from hub.lib.bus import wake
from listserv.models import Notice

# Seven bits: the relay may not offer 8BITMIME (RFC 6152), and the outbox is read by people.
_policy = policy.SMTP.clone(cte_type="7bit")


class NoticeBackend(BaseEmailBackend):
    """Queue messages as :class:`listserv.models.Notice` rows."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write a row for each message and wake the worker; return how many. Queries: 1."""
        rows = [_row(message) for message in email_messages if _reaches_somebody(message)]
        Notice.objects.bulk_create(rows)
        if rows:
            wake("notices")
        return len(rows)


def _reaches_somebody(message: EmailMessage) -> bool:
    """Whether a recipient has a mailbox.

    Former members and authors of archives have none (RFC 2606 §2).
    """
    return any(not recipient.endswith(".invalid") for recipient in message.recipients())


def _row(message: EmailMessage) -> Notice:
    now = clock.now()
    envelope_from = _envelope_from(message)
    defaults = {
        # Django's own would tell the machine's name.
        "Message-ID": f"<{secrets.token_hex(16)}@{settings.HUB_MAIL_DOMAIN}>",
        "Date": format_datetime(now),
        # So that no program answers it (RFC 3834 §5).
        "Auto-Submitted": "auto-generated",
    }
    own_names = {name.lower() for name in message.extra_headers}
    for name, value in defaults.items():
        if name.lower() not in own_names:
            message.extra_headers[name] = value
    raw = _bytes(message)
    return Notice(
        envelope_from=envelope_from,
        recipients=[parseaddr(recipient)[1] or recipient for recipient in message.recipients()],
        subject=" ".join(message.subject.split())[:255],
        raw=raw,
        next_at=now,
        created_at=now,
    )


def _envelope_from(message: EmailMessage) -> str:
    """Return where bounces go, which the header ``Return-Path`` may name; the header goes.

    It is never the address of a contribution's author. An automatic reply has no way back, so that
    two programs never write to each other (RFC 3834 §3.3).
    """
    sender = str(message.extra_headers.pop("Return-Path", ""))
    if sender:
        return sender
    if _is_reply(message):
        return ""
    return parseaddr(settings.SERVER_EMAIL)[1]


def _bytes(message: EmailMessage) -> bytes:
    """Return the whole message; an address beyond ASCII stands in To as it is (RFC 6532 §3.2)."""
    raw = message.message().as_bytes()
    if all(recipient.isascii() for recipient in message.recipients()):
        return message_from_bytes(raw, policy=_policy).as_bytes()
    written = message_from_bytes(raw, policy=_policy.clone(utf8=True))
    del written["To"]
    written["To"] = ", ".join(message.to)
    return written.as_bytes()


def _is_reply(message: EmailMessage) -> bool:
    return str(message.extra_headers.get("Auto-Submitted", "")).startswith("auto-replied")
