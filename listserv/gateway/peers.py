"""Know who is at the other end of a session and what its message is, and turn clients away."""

import asyncio
from dataclasses import dataclass, field

from django.conf import settings

from hub.lib.clients import is_in
from listserv.gateway import limits
from listserv.gateway.forwarding import ForwardedClient
from listserv.gateway.recipients import Recipient

# After so long a connection is cut whose client does not read the last reply.
LINGER_SECONDS = 5.0
_NOBODY = ForwardedClient()


@dataclass(eq=False)
class SessionState:
    """What a session knows of its client and of the present message.

    Args:
        helo: the name in its greeting; empty before it.
        is_extended: whether that greeting was EHLO.
        member_id: key of the member who signed in, None for nobody.
        mail_from: the reverse path, empty for ``<>``; None when no message is under way.
        utf8: whether the message may have other letters in its header and envelope.
        recipients: those that were taken.
        connected_from: who connected, behind a load balancer or not.
        proxied: whether a load balancer has named who connected.
        xclient: the client that XCLIENT has named in its place; empty for none.
        forwarded: the client of the next message, by XFORWARD; empty for none.
        unknown: how many recipients did not exist.
        counted: the client under which the session counts among its connections; empty when it is
            not counted.
        waiting_since: since when it waits for a command, by the monotonic clock; 0 while it does
            not.
        held: bytes of the present message.
    """

    helo: str = ""
    is_extended: bool = False
    member_id: int | None = None
    mail_from: str | None = None
    utf8: bool = False
    connected_from: tuple[str, int] | None = None
    proxied: bool = False
    xclient: ForwardedClient = _NOBODY
    forwarded: ForwardedClient = _NOBODY
    recipients: list[Recipient] = field(default_factory=list)
    unknown: int = 0
    counted: str = ""
    waiting_since: float = 0.0
    receiving: bool = False
    held: int = 0
    pace: limits.Pace = field(default_factory=limits.Pace)

    def forget_message(self) -> None:
        """End the message that is under way (RFC 5321 §4.1.1.5)."""
        self.mail_from = None
        self.utf8 = False
        self.recipients = []
        self.forwarded = _NOBODY

    def forget_greeting(self) -> None:
        """Begin again, as after STARTTLS (RFC 3207 §4.2): who signed in before is somebody else."""
        self.forget_message()
        self.helo = ""
        self.is_extended = False
        self.member_id = None

    @property
    def relay(self) -> str:
        """The address that connected."""
        if self.connected_from is None:
            return ""
        return self.connected_from[0]

    @property
    def is_spoken_for(self) -> bool:
        """Whether somebody else says who the client is."""
        return self.proxied or self.xclient.address != ""

    @property
    def client(self) -> str:
        """The address of the session's client: who connected, or whom XCLIENT has named."""
        return self.xclient.address or self.relay

    @property
    def peer(self) -> str:
        """The address of the client whose message it is."""
        return self.forwarded.address or self.client

    @property
    def is_relay(self) -> bool:
        """Whether who connected may say for whom it speaks."""
        return is_in(self.relay, settings.HUB_TRUSTED_RELAYS)

    @property
    def has_queued(self) -> bool:
        """Whether the relay has the message in its queue: it always has, or has named it there."""
        return self.forwarded.ident != "" or is_in(self.relay, settings.HUB_QUEUING_RELAYS)

    @property
    def origin(self) -> tuple[str, str]:
        """The name the client gave in its greeting, and the relay that named the client.

        The relay is empty where nobody spoke for the client; where one did, the greeting of the
        session is the relay's own.
        """
        for client in (self.forwarded, self.xclient):
            if client.address:
                return client.helo, self.relay
        return self.helo, ""


class Busy(asyncio.Protocol):
    """Answers one client too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so and close."""
        turn_away(transport, "421 4.3.2 Too many sessions. Try again later.")


def turn_away(transport: asyncio.BaseTransport, reply: str) -> None:
    """Say why and close.

    A client that reads nothing keeps the connection for :data:`LINGER_SECONDS`.
    """
    assert isinstance(transport, asyncio.Transport)
    transport.write(f"{reply}\r\n".encode())
    transport.close()
    asyncio.get_running_loop().call_later(LINGER_SECONDS, transport.abort)
