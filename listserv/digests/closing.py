"""Send what a digest has gathered when it ends:
another way of delivery was chosen, or a pause begins.
"""

from datetime import datetime

from hub.lib.bus import wake
from listserv.digests.render import Digest
from listserv.digests.select import gather
from listserv.models import Notice, Subscription


def queue_gathered(subscription: Subscription, now: datetime) -> None:
    """Queue what the subscription's digest has gathered, in the caller's transaction, and mark it
    as sent.

    The caller has checked that the member may read the discussion. Queries: 4, and 4 more for each
    100 contributions.
    """
    while True:
        gathered = gather(
            subscription.list, subscription.digest_since, after=subscription.paused_until
        )
        subscription.digest_since = gathered.last
        wanted = gathered if subscription.own_copy else gathered.without(subscription.member_id)
        if wanted.said:
            member = subscription.member
            language = subscription.language or member.language
            digest = Digest(
                subscription.list, wanted, language=language, zone=member.time_zone, now=now
            )
            copy = digest.envelope(subscription)
            Notice.objects.create(
                envelope_from=copy.sender,
                recipients=[copy.recipient],
                subject=digest.subject[:255],
                raw=b"".join(copy.parts),
                next_at=now,
                created_at=now,
            )
            wake("notices")
        if not gathered.more:
            return
