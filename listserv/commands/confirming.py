"""Confirm that a held message is one's own: CONFIRM or OK, and the code of the notification."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hub.lib.errors import Invalid, NotFound
from listserv import tokens
from listserv.commands.desk import Answer, Desk
from listserv.gateway import confirmation
from listserv.gateway.purposes import list_name_of
from listserv.gateway.question import token_of
from listserv.models import InboundMail

if TYPE_CHECKING:
    from datetime import datetime

    from listserv.commands.parsing import Order


def code_in(args: str) -> str:
    """Return the confirm code that stands in an order, empty for none.

    A whole confirm address is understood too.
    """
    for word in args.split()[:4]:
        text = token_of(word) if "+" in word else word
        code = text.strip("<>()[].,;:\"'").lower()
        if tokens.read_confirm(code) is not None:
            return code
    return ""


def code_of(order: "Order") -> str:
    """Return the code that an order confirms with, empty for any other order."""
    if order.name != "confirm":
        return ""
    return code_in(order.args)


def confirm(desk: Desk, order: "Order") -> Answer:
    """Let a held message go on."""
    code = code_in(order.args)
    if not code:
        raise Invalid(_("Give the code from our message, for example CONFIRM abc123."))
    return Answer(confirm_code(code, desk.now))


def confirm_code(code: str, now: "datetime") -> str:
    """Let the message that a code names go on, and return the answer; the code is proof enough.

    Raises: NotFound, Conflict.
    """
    confirmed = tokens.read_confirm(code)
    if confirmed is None:
        raise NotFound
    row = InboundMail.objects.filter(pk=confirmed.inbound_id).select_related("list").first()
    if row is None:
        raise NotFound
    confirmation.confirm_held(list_name=list_name_of(row), token=code, now=now)
    return _("Thank you: the message “%s” is now confirmed as yours.") % (row.subject or "…")
