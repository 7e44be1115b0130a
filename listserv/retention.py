"""What the mail forgets: a person who leaves for good, and what has been kept long enough."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Length

from hub.members.selectors import addresses_of
from listserv.gateway import states
from listserv.models import (
    REFUSED_KEPT,
    AddressHealth,
    Bounce,
    InboundMail,
    Notice,
    NotificationSettings,
    Retry,
    Subscription,
)
from listserv.outbound import outbox

if TYPE_CHECKING:
    from hub.members.models import Member

State = InboundMail.State
# Notifications that are sent or cancelled are kept so long for the record; their text is gone at
# once.
NOTICES_KEPT = timedelta(days=30)
# Rows changed at a time, so that nobody waits for the lock.
CHUNK = 200
_SETTLED = (State.PUBLISHED, State.DONE, State.REJECTED, State.DISCARDED)


def forget_member(member: "Member", now: datetime) -> None:
    """Take out a person's addresses and messages; what was said stays in its discussion.

    Called while the person still has their addresses. Queries: 10, and 1 for each address, 3 where
    notifications went to it.
    """
    addresses = {own_address.lower() for own_address in (*addresses_of(member), member.email)}
    addresses |= {
        own_address.lower()
        for own_address in EmailAddress.objects.filter(user=member).values_list("email", flat=True)
    }
    own = Subscription.objects.filter(member=member)
    NotificationSettings.objects.filter(member=member).delete()
    Bounce.objects.filter(Q(subscription__member=member) | Q(address__in=addresses)).delete()
    AddressHealth.objects.filter(address__in=addresses).delete()
    Retry.objects.filter(subscription__member=member).delete()
    own.update(
        address=None,
        suspended_at=None,
        suspended_for="",
        paused_until=None,
        digest_at=None,
        digest_claimed_until=None,
    )
    own.filter(ended_at=None).update(ended_at=now)
    inbound = InboundMail.objects.filter(Q(member=member) | Q(envelope_from__in=addresses))
    states.forget(inbound, now)
    for address in sorted(addresses):
        _forget_notifications(address)
        outbox.forget(address)


def _forget_notifications(address: str) -> None:
    """Delete the notifications to an address; one with more recipients loses this one."""
    # SQLite keeps JSON in ASCII.
    is_recipient = Q(recipients__icontains=address) | Q(
        recipients__icontains=json.dumps(address)[1:-1]
    )
    for notice in Notice.objects.filter(is_recipient).only("recipients", "state"):
        others = [recipient for recipient in notice.recipients if recipient.lower() != address]
        if not others:
            notice.delete()
        elif len(others) < len(notice.recipients):
            notice.recipients = others
            notice.save(update_fields=["recipients"])


def drop_old(now: datetime) -> int:
    """Forget old notifications, and the bytes of messages; return how many.

    Those of messages go after ``HUB_KEEP_RAW_DAYS``. A message keeps its row: who sent it when, and
    what became of it. Without its bytes it is exported as the discussion has it. Queries: 2 to 5.
    """
    done = Notice.objects.exclude(state=Notice.State.WAITING).filter(
        created_at__lt=now - NOTICES_KEPT
    )
    changed = done.delete()[0]
    refused = InboundMail.objects.filter(state=State.REJECTED, received_at__lt=now - REFUSED_KEPT)
    whole = refused.alias(bytes=Length("raw")).filter(bytes__gt=0, bytes=F("size")).order_by("pk")
    changed += InboundMail.objects.filter(
        pk__in=list(whole.values_list("pk", flat=True)[:CHUNK])
    ).update(raw=b"")
    days = settings.HUB_KEEP_RAW_DAYS
    if days:
        old = InboundMail.objects.filter(
            state__in=_SETTLED, received_at__lt=now - timedelta(days=days)
        )
        keys = list(old.exclude(raw=b"").order_by("pk").values_list("pk", flat=True)[:CHUNK])
        changed += InboundMail.objects.filter(pk__in=keys).update(raw=b"", peer="", helo="")
    return changed
