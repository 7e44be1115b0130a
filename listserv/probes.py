"""Whether mail moves, for ``/healthz``."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q
from django.db.utils import Error as DatabaseError

from hub.lib.clock import now
from hub.lib.health import HealthPart, needs_database
from listserv.models import InboundMail, Mailing, Notice, RelayTrouble, Retry
from listserv.outbound import queue

# A message that waits longer means that nobody publishes.
LATE_SECONDS = 60


@dataclass(frozen=True)
class Outgoing:
    """The queues of outgoing mail, for ``/healthz`` and ``/metrics``: counts, and an age."""

    mailings: int
    retries: int
    notices: int
    oldest_seconds: float


def outgoing(now: datetime) -> Outgoing:
    """Return how much waits to go out and for how long the oldest has waited. Queries: 3."""
    sending = Mailing.objects.filter(state=Mailing.State.SENDING).aggregate(
        n=Count("pk"), since=Min("created_at")
    )
    notices = Notice.objects.filter(state=Notice.State.WAITING).aggregate(
        n=Count("pk"), since=Min("created_at", filter=Q(attempts=0))
    )
    retries = Retry.objects.filter(next_at__isnull=False).count()
    moments = (sending["since"], notices["since"])
    since = min((moment for moment in moments if moment is not None), default=now)
    oldest = max((now - since).total_seconds(), 0.0)
    return Outgoing(sending["n"], retries, notices["n"], oldest)


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
        waiting = outgoing(moment)
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
        "mailings": waiting.mailings,
        "retries": waiting.retries,
        "notices": waiting.notices,
        "outbound_oldest_seconds": round(waiting.oldest_seconds, 1),
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
