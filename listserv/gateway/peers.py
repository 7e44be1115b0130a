"""Who is at the other end of a session, and how one
is turned away: all of it that needs no SMTP library.
"""

import asyncio
from dataclasses import dataclass, field

from django.conf import settings

from hub.lib.clients import is_in
from listserv.gateway import limits
from listserv.gateway.forwarding import ForwardedClient
from listserv.gateway.recipients import Recipient

# Seconds after which a connection is cut whose client does not read the last words.
LINGER = 5.0


@dataclass(eq=False)
class SessionState:
    """What a session knows of its client and of the present mail.

    Args:
        connected: who connected, behind a load balancer or not.
        proxied: whether a load balancer has named who connected.
        named: the client that XCLIENT has named in its place.
        forwarded: the client of the next mail, by XFORWARD.
        unknown: recipients that do not exist.
        counted: what the session counts as among the connections of one client; empty when it is
            not counted.
        waiting_since: since when it waits for a command, by the monotonic clock; 0 while it does
            not.
        held: bytes of the present mail.
        gathered: lines that are sent together.
    """

    connected: tuple[str, int] | None = None
    proxied: bool = False
    named: ForwardedClient | None = None
    forwarded: ForwardedClient | None = None
    recipients: list[Recipient] = field(default_factory=list)
    unknown: int = 0
    counted: str = ""
    waiting_since: float = 0.0
    delivering: bool = False
    held: int = 0
    gathered: list[str] | None = None
    pace: limits.Pace = field(default_factory=limits.Pace)

    @property
    def relay(self) -> str:
        """The address that connected."""
        return self.connected[0] if self.connected else ""

    @property
    def is_spoken_for(self) -> bool:
        """Whether somebody else says who the client is."""
        return self.proxied or (self.named is not None and bool(self.named.address))

    @property
    def client(self) -> str:
        """The address of the session's client: who connected, or whom XCLIENT has named."""
        return (self.named.address if self.named is not None else "") or self.relay

    @property
    def peer(self) -> str:
        """The address of the client whose mail it is."""
        return (self.forwarded.address if self.forwarded is not None else "") or self.client

    @property
    def is_relay(self) -> bool:
        """Whether who connected may say for whom it speaks."""
        return is_in(self.relay, settings.HUB_TRUSTED_RELAYS)

    @property
    def has_queued(self) -> bool:
        """Whether the relay has the mail in its queue:
        it is one of those, or has said under which name.
        """
        has_queue_name = self.forwarded is not None and bool(self.forwarded.ident)
        return has_queue_name or is_in(self.relay, settings.HUB_QUEUING_RELAYS)

    def origin(self, greeting: str) -> tuple[str, str]:
        """Return the name the client gave in its greeting, and the relay that named the client
        (empty for none).

        Args: greeting, the name that was given in this session; behind a relay it is the relay's
        own.
        """
        client = next(
            (row for row in (self.forwarded, self.named) if row is not None and row.address), None
        )
        return (client.helo, self.relay) if client is not None else (greeting, "")


class Busy(asyncio.Protocol):
    """Answers one client too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so and close."""
        turn_away(transport, "421 4.3.2 Too many sessions. Try again later.")


def turn_away(transport: asyncio.BaseTransport, reply: str) -> None:
    """Say why and close; who reads nothing keeps the connection for :data:`LINGER` seconds."""
    assert isinstance(transport, asyncio.Transport)
    transport.write(f"{reply}\r\n".encode())
    transport.close()
    asyncio.get_running_loop().call_later(LINGER, transport.abort)
