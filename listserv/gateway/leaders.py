"""Messages to those who lead a discussion, or to the Secretariat: passed on, from anybody."""

from forums import selectors as forum_selectors
from hub.lib.mail import send_letter
from hub.members.selectors import secretariat
from listserv.gateway.address_handlers import AddressHandler
from listserv.gateway.notifications import context_of
from listserv.gateway.stored_drafts import mail_of
from listserv.models import InboundMail


def pass_on(row: InboundMail) -> None:
    """Pass a message on to those who lead the discussion, to the Secretariat where nobody does."""
    people = (
        [place.member for place in forum_selectors.moderators_of(row.list.forum_id)]
        if row.list
        else []
    )
    sender = mail_of(row).from_addresses[:1] or (row.envelope_from,)
    context = {**context_of(row), "sender": sender}
    for person in people or secretariat():
        send_letter(to=person, template="listserv/mail/passed_on", context=context)


HANDLER = AddressHandler(pass_on)
