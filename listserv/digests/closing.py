"""Send what a digest has gathered when it ends: the delivery mode changes, or a pause begins."""

from datetime import datetime

from forums import selectors as forum_selectors
from hub.lib.bus import wake
from listserv.digests.render import Digest
from listserv.digests.select import Gathered, gather
from listserv.models import Notice, Subscription


def queue_gathered(subscription: Subscription, now: datetime) -> None:
    """Queue what the subscription's digest has gathered, and mark it as sent.

    This is done in the caller's transaction. The caller has checked that the member may read the
    discussion. Queries: 5, and 5 more for each 100 contributions.
    """
    while True:
        gathered = gather(
            subscription.list, subscription.digest_since, after=subscription.paused_until
        )
        subscription.digest_since = gathered.last
        members = {subscription.member_id}
        apart = forum_selectors.topics_apart(gathered.topics, members)
        content = gathered.without_topics(apart.get(subscription.member_id, frozenset()))
        if not subscription.own_copy:
            content = content.without(subscription.member_id)
        if content.contributions:
            _queue(subscription, content, now)
        if not gathered.more:
            return


def _queue(subscription: Subscription, content: Gathered, now: datetime) -> None:
    """Queue one digest as a notification."""
    member = subscription.member
    language = subscription.language or member.language
    digest = Digest(subscription.list, content, language=language, zone=member.time_zone, now=now)
    envelope = digest.envelope(subscription)
    Notice.objects.create(
        envelope_from=envelope.sender,
        recipients=[envelope.recipient],
        subject=digest.subject[:255],
        raw=b"".join(envelope.parts),
        next_at=now,
        created_at=now,
    )
    wake("notices")
