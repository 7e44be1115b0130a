"""Letters the mail door writes: to a member's registered address, never to whoever a mail claims to be from."""

from django.conf import settings
from django.urls import reverse

from forums import selectors as forums
from hub.lib.mail import send_letter
from hub.lib.masking import mask
from hub.members.selectors import secretariat
from listserv import tokens
from listserv.inbound import aliases
from listserv.inbound.mime import mail_of
from listserv.inbound.purposes import describe, domain_of
from listserv.models import InboundMail

# Characters of a mail that a letter repeats.
EXCERPT = 2_000


def ask_to_confirm(row: InboundMail) -> None:
    """Ask the member once whether a held mail is theirs; the link shows it, a button there decides."""
    if row.member is None:
        return
    name = row.list.name if row.list is not None else tokens.NO_LIST
    mail = mail_of(row)
    token = tokens.confirm_token(mail_id=row.pk, member_id=row.member.pk)
    context = {
        **_context(row),
        "held": describe(row, mail),
        "domain": domain_of(mail),
        "desk_domain": settings.HUB_MAIL_DOMAIN,
        "confirm_url": f"{settings.HUB_URL}{reverse('listserv:confirm', args=(name, token))}",
        "confirm_address": tokens.confirm_address(name, mail_id=row.pk, member_id=row.member.pk),
    }
    send_letter(to=row.member, template="listserv/mail/confirm", context=context)


def tell_refused(row: InboundMail) -> None:
    """Tell a member why a mail that SMTP could not refuse alone, or any more, is not in the discussion."""
    if row.member is not None:
        send_letter(to=row.member, template="listserv/mail/refused", context=_context(row))


def pass_on(row: InboundMail) -> int:
    """Pass a mail on to those who lead the discussion, or to the Secretariat; return to how many."""
    people = [place.member for place in forums.moderators_of(row.list.forum_id)] if row.list else []
    people = people or list(secretariat())
    context = {**_context(row), "sender": mail_of(row).from_addresses[:1] or (row.envelope_from,)}
    for person in people:
        send_letter(to=person, template="listserv/mail/passed_on", context=context)
    return len(people)


def _context(row: InboundMail) -> dict[str, object]:
    text = mask(mail_of(row).text.strip())
    return {
        "mail": row,
        "discussion": row.list.forum.name if row.list else settings.HUB_NAME,
        "excerpt": text if len(text) <= EXCERPT else f"{text[:EXCERPT]} …",
        "received_at": row.received_at,
        "is_private": row.kind == aliases.KIND,
    }
