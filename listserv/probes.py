"""Whether mail moves, for ``/healthz``."""

from django.db.models import Count, Min
from django.db.utils import Error as DatabaseError

from hub.lib.clock import now
from hub.lib.health import Part
from listserv import selectors
from listserv.models import InboundMail

# Seconds after which a waiting mail means that nobody publishes.
LATE = 60


def mail_queue() -> Part:
    """Count what waits to be published or sent, and for how long the oldest accepted mail has waited."""
    moment = now()
    try:
        queued = InboundMail.objects.filter(state=InboundMail.State.QUEUED).aggregate(
            count=Count("pk"), since=Min("next_at")
        )
        failed = InboundMail.objects.filter(state=InboundMail.State.FAILED).count()
        held = InboundMail.objects.filter(state=InboundMail.State.HELD).count()
        outgoing = selectors.outgoing(moment)
    except DatabaseError:
        return Part("mail queue", ok=False, detail={"error": "database"})
    oldest = max((moment - queued["since"]).total_seconds(), 0.0) if queued["since"] else 0.0
    detail = {
        "inbound": queued["count"], "inbound_oldest_seconds": round(oldest, 1), "held": held, "failed": failed,
        "mailings": outgoing.mailings, "retries": outgoing.retries, "notices": outgoing.notices,
        "outbound_oldest_seconds": round(outgoing.oldest_seconds, 1),
    }  # fmt: skip
    return Part("mail queue", ok=oldest < LATE, detail=detail)
