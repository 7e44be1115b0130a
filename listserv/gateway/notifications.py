"""Write to members about their own messages.

Notifications go to a registered address, never to whoever a message claims to be from.
"""

from django.conf import settings

from hub.lib.full_urls import full_url
from hub.lib.mail import send_notification
from hub.lib.masking import mask
from listserv import tokens
from listserv.address_kinds import AddressKind
from listserv.gateway.address_handlers import describe
from listserv.gateway.purposes import discussion_of, domain_of, list_name_of
from listserv.gateway.stored_drafts import parsed_message
from listserv.models import InboundMail

# Characters of a message that a notification repeats.
EXCERPT = 2_000


def ask_to_confirm(row: InboundMail) -> None:
    """Ask the member once whether a held message is theirs.

    The link shows the message; a button there decides.
    """
    if row.member is None:
        return
    name = list_name_of(row)
    message = parsed_message(row)
    token = tokens.confirm_token(inbound_id=row.pk, member_id=row.member.pk)
    context = {
        **context_of(row),
        "held": describe(row, message),
        "domain": domain_of(message),
        "desk_domain": settings.HUB_MAIL_DOMAIN,
        "confirm_url": full_url("listserv:confirm", name, token),
        "confirm_address": tokens.confirm_address(name, inbound_id=row.pk, member_id=row.member.pk),
    }
    send_notification(to=row.member, template="listserv/mail/confirm", context=context)


def notify_refused(row: InboundMail) -> None:
    """Tell a member why a message is not in the discussion, where SMTP could not refuse it."""
    if row.member is not None:
        send_notification(to=row.member, template="listserv/mail/refused", context=context_of(row))


def context_of(row: InboundMail) -> dict[str, object]:
    """Return what the notifications about a message say of it."""
    text = mask(parsed_message(row).text.strip())
    return {
        "mail": row,
        "discussion": discussion_of(row),
        "excerpt": beginning_of(text, EXCERPT),
        "received_at": row.received_at,
        "is_private": row.kind == AddressKind.ALIAS,
    }


def beginning_of(text: str, limit: int) -> str:
    """Return a text whole, or its first ``limit`` characters and a mark that it goes on."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]} …"
