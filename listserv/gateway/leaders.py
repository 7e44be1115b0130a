"""Pass messages on to those who lead a discussion, or to the Secretariat: from anybody."""

from typing import TYPE_CHECKING

from forums import selectors as forum_selectors
from hub.lib.mail import send_notification
from hub.members.selectors import secretariat
from listserv.gateway.address_handlers import AddressHandler
from listserv.gateway.notifications import context_of
from listserv.gateway.stored_drafts import parsed_message
from listserv.models import InboundMail

if TYPE_CHECKING:
    from hub.members.models import Member


def leaders_of(forum_id: int) -> "list[Member]":
    """Return those who lead a discussion, the Secretariat where nobody does. Queries: 1 or 2."""
    leading = [place.member for place in forum_selectors.moderators_of(forum_id)]
    return leading or list(secretariat())


def _readers_of(row: InboundMail) -> "list[Member]":
    if row.list is None:
        return list(secretariat())
    return leaders_of(row.list.forum_id)


def pass_on(row: InboundMail) -> None:
    """Pass a message on to those who lead the discussion, to the Secretariat where nobody does."""
    sender = parsed_message(row).from_addresses[:1] or (row.envelope_from,)
    context = {**context_of(row), "sender": sender}
    for person in _readers_of(row):
        send_notification(to=person, template="listserv/mail/passed_on", context=context)


HANDLER = AddressHandler(pass_on)
