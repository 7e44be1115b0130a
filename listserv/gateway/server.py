"""Serve SMTP in the hub's event loop, until it is told to stop.

The session is our own (decision record 0037): its commands are read as RFC 5321 wants them, and a
message up to its one true end.
"""

import asyncio
import logging

from django.conf import settings

from hub.lib.bus import bus
from hub.members.sessions import SIGN_IN_ENDED
from listserv.gateway.handler import Gateway
from listserv.gateway.peers import Busy
from listserv.gateway.session import Session
from listserv.gateway.tls import tls_context

log = logging.getLogger(__name__)
MAX_SESSIONS = 200


async def serve(stop: asyncio.Event) -> None:
    """Serve SMTP at ``HUB_SMTP`` until ``stop`` is set.

    Then idle sessions end at once with 421, and messages that are read are answered
    (:meth:`Gateway.close`).

    Raises: OSError when the address is taken.
    """
    gateway, tls = Gateway(), tls_context()

    def session() -> asyncio.Protocol:
        has_room = len(gateway.sessions) < MAX_SESSIONS or gateway.make_room()
        return Session(gateway, tls) if has_room else Busy()

    where = settings.HUB_SMTP
    server = await asyncio.get_running_loop().create_server(
        session, where.host, where.port, backlog=256, reuse_port=settings.HUB_SMTP_SHARED or None
    )
    gateway.spool.start()
    await bus.subscribe(SIGN_IN_ENDED, gateway.sign_out)
    log.info("SMTP at %s", where)
    try:
        await stop.wait()
    finally:
        server.close()
        await bus.unsubscribe(SIGN_IN_ENDED, gateway.sign_out)
        await gateway.close()
