"""What has been kept long enough: ended invitations, words of decided requests, what was sent."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from forums.models import JoinRequest, PeriodNotification
from hub.members.models import Invitation

# After its end the address of somebody who never came is nobody's business, nor is why somebody
# asked. Who came in stands in the list of participants, who let them in stands in the log.
ENDED_KEPT = timedelta(days=180)
# Rows changed at a time, so that nobody waits for the lock.
CHUNK = 200
_DECIDED = (JoinRequest.State.ADMITTED, JoinRequest.State.DECLINED, JoinRequest.State.WITHDRAWN)


def drop_old(now: datetime) -> int:
    """Delete old invitations, empty old requests, a chunk of each; return how many rows changed.

    An invitation with which somebody has applied waits for the decision on the application, and a
    request that nobody answered keeps its words. What was told of the period of a discussion goes
    as well; the log says what happened. Queries: 3 to 6.
    """
    before = now - ENDED_KEPT
    invitations = Invitation.objects.filter(expires_at__lt=before)
    ended = invitations.exclude(state=Invitation.State.APPLIED).order_by("pk")
    changed = _delete_some(ended)
    changed += _delete_some(PeriodNotification.objects.filter(done_at__lt=before).order_by("pk"))
    decided = JoinRequest.objects.filter(state__in=_DECIDED, decided_at__lt=before)
    with_words = decided.exclude(Q(statement="") & Q(reason="")).order_by("pk")
    keys = list(with_words.values_list("pk", flat=True)[:CHUNK])
    if keys:
        changed += JoinRequest.objects.filter(pk__in=keys).update(statement="", reason="")
    return changed


def _delete_some(rows: QuerySet[Any]) -> int:
    keys = list(rows.values_list("pk", flat=True)[:CHUNK])
    if not keys:
        return 0
    return rows.model._default_manager.filter(pk__in=keys).delete()[0]
