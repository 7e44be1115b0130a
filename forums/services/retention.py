"""What has been kept long enough: invitations that ended, and the words of decided requests."""

from datetime import datetime, timedelta

from django.db.models import Q

from forums.models import JoinRequest
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
    request that nobody answered keeps its words. Queries: 2 to 4.
    """
    before = now - ENDED_KEPT
    invitations = Invitation.objects.filter(expires_at__lt=before)
    ended = invitations.exclude(state=Invitation.State.APPLIED).order_by("pk")
    changed = _delete(list(ended.values_list("pk", flat=True)[:CHUNK]))
    decided = JoinRequest.objects.filter(state__in=_DECIDED, decided_at__lt=before)
    with_words = decided.exclude(Q(statement="") & Q(reason="")).order_by("pk")
    keys = list(with_words.values_list("pk", flat=True)[:CHUNK])
    if keys:
        changed += JoinRequest.objects.filter(pk__in=keys).update(statement="", reason="")
    return changed


def _delete(keys: list[int]) -> int:
    if not keys:
        return 0
    return Invitation.objects.filter(pk__in=keys).delete()[0]
