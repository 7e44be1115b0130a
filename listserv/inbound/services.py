"""What can be done with a mail that was held: its member says that it is theirs, or that it is not."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from hub.lib.bus import wake
from hub.lib.errors import Conflict, NotFound
from listserv import tokens
from listserv.models import HELD_FOR, InboundMail

State = InboundMail.State


def held_mail(*, list_name: str, token: str) -> InboundMail:
    """Return the mail that a confirm token names, held or already decided, with its list and member.

    Raises: NotFound (forged, of another list, or no such mail). Queries: 1.
    """
    named = tokens.read_confirm(token)
    if named is None:
        raise NotFound
    rows = InboundMail.objects.filter(pk=named.mail_id, member_id=named.member_id)
    rows = rows.filter(list=None) if list_name == tokens.NO_LIST else rows.filter(list__name=list_name)
    found = rows.select_related("list__forum", "member").first()
    if found is None:
        raise NotFound
    return found


@transaction.atomic
def confirm_held(*, list_name: str, token: str, now: datetime) -> InboundMail:
    """Let a held mail go on: its member says that it is theirs. Twice is once.

    The rules of the discussion are asked again when it is published, the rights when a command is carried out.

    Raises: NotFound, Conflict (it was discarded, or refused, meanwhile).
    """
    found = held_mail(list_name=list_name, token=token)
    # It is discarded soon after that day, and confirmed by nobody meanwhile.
    waiting = InboundMail.objects.filter(pk=found.pk, state=State.HELD, received_at__gt=now - HELD_FOR)
    changed = waiting.update(
        state=State.QUEUED, proof=InboundMail.Proof.CONFIRMED, next_at=now, code="confirmed", action="accept"
    )
    if changed:
        wake("inbound")
    found.refresh_from_db()
    if found.state not in (State.QUEUED, State.PUBLISHED, State.DONE):
        raise Conflict(_("This mail is not waiting any more."))
    return found


@transaction.atomic
def disown_held(*, list_name: str, token: str, now: datetime) -> InboundMail:
    """Throw away a held mail: its member says that somebody else wrote it. Twice is once.

    Raises: NotFound, Conflict (it was confirmed meanwhile).
    """
    found = held_mail(list_name=list_name, token=token)
    InboundMail.objects.filter(pk=found.pk, state=State.HELD).update(
        state=State.DISCARDED, code="disowned", action="discard", processed_at=now
    )
    found.refresh_from_db()
    if found.state != State.DISCARDED:
        raise Conflict(_("This mail has been published or carried out already."))
    return found
