"""Stop a list's mail by the token in the header of each of its messages (RFC 8058, RFC 2369).

Whoever has a copy has the token: people forward messages whole. So it does one thing, for as long
as the person may read the discussion: it stops the mail. It shows nothing, starts nothing, and the
person gets a notification, with a way back that needs their own mailbox or their sign-in (decision
record 0020).
"""

from datetime import datetime

from django.db import transaction

from forums import selectors as forum_selectors
from hub.lib.errors import NotFound
from listserv import selectors, services, tokens
from listserv.commands.notifications import notify_unsubscribed
from listserv.models import Subscription


def subscription_of(*, list_name: str, token: str) -> Subscription | None:
    """Return the subscription that a leave token stops.

    None when there is nothing to stop any more: the person has left, or may not read the
    discussion.

    Raises: NotFound (forged, or of another list). Queries: 2.
    """
    key = tokens.read_leave(token)
    if key is None:
        raise NotFound
    row = selectors.subscription_by_key(key, list_name)
    if row is None:
        raise NotFound
    if row.ended_at is not None or not row.member.is_active:
        return None
    if not forum_selectors.may_read_forum(row.member, row.list.forum_id):
        return None
    return row


@transaction.atomic
def stop_by_token(*, list_name: str, token: str, now: datetime) -> Subscription | None:
    """Stop a subscription's mail and tell the person; twice is once.

    The place in the discussion stays. Returns: as :func:`subscription_of`. Raises: NotFound.
    """
    row = subscription_of(list_name=list_name, token=token)
    if row is None or row.delivery == services.NONE:
        return row
    before = row.delivery
    services.stop(row, now=now)
    notify_unsubscribed(row, before=before)
    return row
