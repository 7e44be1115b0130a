"""Decide about a held message: its member says that it is theirs, or that it is not."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from hub.lib import clock
from hub.lib.errors import Conflict, NotFound
from listserv import tokens
from listserv.gateway import states
from listserv.gateway.address_handlers import AddressHandler
from listserv.gateway.purposes import list_name_of
from listserv.gateway.question import token_of
from listserv.models import InboundMail

State = InboundMail.State


def held_mail(*, list_name: str, token: str) -> InboundMail:
    """Return the message that a confirm token names, with its list and member.

    It may be held, or decided already. Raises: NotFound (forged, of another list, or no such
    message). Queries: 1.
    """
    confirmed = tokens.read_confirm(token)
    if confirmed is None:
        raise NotFound
    rows = InboundMail.objects.filter(pk=confirmed.inbound_id, member_id=confirmed.member_id)
    if list_name == tokens.NO_LIST:
        rows = rows.filter(list=None)
    else:
        rows = rows.filter(list__name=list_name)
    row = rows.select_related("list__forum", "member").first()
    if row is None:
        raise NotFound
    return row


@transaction.atomic
def confirm_held(*, list_name: str, token: str, now: datetime) -> InboundMail:
    """Let a held message go on: its member says that it is theirs. Twice is once.

    The rules of the discussion are asked again when it is published, the rights when a command is
    carried out.

    Raises: NotFound, Conflict (it was discarded, or refused, meanwhile).
    """
    row = held_mail(list_name=list_name, token=token)
    states.confirm(row, now)
    row.refresh_from_db()
    if row.state not in (State.QUEUED, State.PUBLISHED, State.DONE):
        raise Conflict(_("This message is no longer waiting."))
    return row


@transaction.atomic
def disown_held(*, list_name: str, token: str, now: datetime) -> InboundMail:
    """Discard a held message: its member says that somebody else wrote it. Twice is once.

    Raises: NotFound, Conflict (it was confirmed meanwhile).
    """
    row = held_mail(list_name=list_name, token=token)
    states.disown(row, now)
    row.refresh_from_db()
    if row.state != State.DISCARDED:
        raise Conflict(
            _("This message has already been published, or its commands have already been run.")
        )
    return row


def _carry_out(row: InboundMail) -> None:
    confirm_held(list_name=list_name_of(row), token=token_of(row.recipient), now=clock.now())


# The token is the proof, from whatever address.
HANDLER = AddressHandler(_carry_out)
