"""Whether mail moves, for ``/healthz``."""

from django.db.models import Count, Min
from django.db.utils import Error as DatabaseError

from hub.lib.clock import now
from hub.lib.health import HealthPart, needs_database
from listserv import selectors
from listserv.models import InboundMail, RelayTrouble
from listserv.outbound import queue

# A message that waits longer means that nobody publishes.
LATE_SECONDS = 60


@needs_database("mail queue")
def mail_queue() -> HealthPart:
    """Count what waits to be published or sent, and for how long; say what the relay lacks."""
    moment = now()
    try:
        queued = InboundMail.objects.filter(state=InboundMail.State.QUEUED).aggregate(
            count=Count("pk"), since=Min("next_at")
        )
        failed = InboundMail.objects.filter(state=InboundMail.State.FAILED).count()
        held = InboundMail.objects.filter(state=InboundMail.State.HELD).count()
        outgoing = selectors.outgoing(moment)
        refused, trouble = queue.refused_count(moment), queue.trouble()
    except DatabaseError:
        return HealthPart("mail queue", ok=False, detail={"error": "database"})
    since = queued["since"] or moment
    oldest = max((moment - since).total_seconds(), 0.0)
    detail = {
        "inbound": queued["count"],
        "inbound_oldest_seconds": round(oldest, 1),
        "held": held,
        "failed": failed,
        "mailings": outgoing.mailings,
        "retries": outgoing.retries,
        "notices": outgoing.notices,
        "outbound_oldest_seconds": round(outgoing.oldest_seconds, 1),
        "refused": refused,
        "relay_refuses": 0,
        "relay_away": 0,
    }
    if trouble is not None:
        detail |= {
            "relay_refuses": int(trouble.kind == RelayTrouble.Kind.REFUSES),
            "relay_away": int(trouble.kind == RelayTrouble.Kind.AWAY),
            "relay_reply": trouble.reply,
            "relay_since": trouble.since.isoformat(timespec="seconds"),
        }
    # A relay that refuses us needs a person; one that is away may be on its way back.
    ok = oldest < LATE_SECONDS and not detail["relay_refuses"]
    return HealthPart("mail queue", ok=ok, detail=detail, degraded=trouble is not None)
