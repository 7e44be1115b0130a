"""Whether the mail door works, for ``/healthz``."""

import socket

from django.conf import settings
from django.db.models import Count, Min
from django.db.utils import Error as DatabaseError

from hub.lib.clock import now
from hub.lib.health import Part
from listserv import selectors
from listserv.models import InboundMail

# Seconds after which a waiting mail means that nobody publishes.
LATE = 60


def smtp() -> Part:
    """Open a connection to the SMTP server and read its greeting."""
    where = settings.HUB_SMTP
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(where.host, where.host)  # noqa: S104 - asked, not bound
    try:
        with socket.create_connection((host, where.port), timeout=2) as client:
            client.settimeout(2)
            greeting = client.recv(200)
            client.sendall(b"QUIT\r\n")
    except OSError as error:
        return Part("smtp", ok=False, detail={"error": type(error).__name__})
    return Part("smtp", ok=greeting.startswith(b"220"), detail={})


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
