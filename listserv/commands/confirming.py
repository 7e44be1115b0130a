"""Confirm by word that a held mail is one's own:
CONFIRM or OK and the code of the letter that asked.
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hub.lib.errors import Invalid, NotFound
from listserv import tokens
from listserv.commands.desk import Answer, Desk
from listserv.gateway import confirmation
from listserv.models import InboundMail

if TYPE_CHECKING:
    from datetime import datetime

    from listserv.commands.parsing import Order


def code_in(args: str) -> str:
    """Return the confirm code that stands in an order, empty
    for none; a whole confirm address is understood too.
    """
    for word in args.split()[:4]:
        code = word.partition("+")[2].partition("@")[0] if "+" in word else word
        code = code.strip("<>()[].,;:\"'").lower()
        if tokens.read_confirm(code) is not None:
            return code
    return ""


def confirm(desk: Desk, order: "Order") -> Answer:
    """Let a held mail go on."""
    code = code_in(order.args)
    if not code:
        raise Invalid(_("Say the code of the letter that asked you, as in CONFIRM abc123."))
    return Answer(confirm_code(code, desk.now))


def confirm_code(code: str, now: "datetime") -> str:
    """Let the mail that a code names go on; return what is said about it. The code is all that is
    asked for.

    Raises: NotFound, Conflict.
    """
    named = tokens.read_confirm(code)
    row = (
        InboundMail.objects.filter(pk=named.mail_id).select_related("list").first()
        if named is not None
        else None
    )
    if row is None:
        raise NotFound
    confirmation.confirm_held(
        list_name=row.list.name if row.list else tokens.NO_LIST, token=code, now=now
    )
    return _("Thank you: the mail “%s” is taken as yours.") % (row.subject or "…")
