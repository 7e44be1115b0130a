"""Whom a load balancer speaks for: the header that it sends before the first byte of its client.

Source: the PROXY protocol 1 and 2, its specification of March 2020.
"""

from aiosmtpd.proxy_protocol import ProxyData, get_proxy

from listserv.gateway.connection import Connection

# Seconds that a load balancer has to say for whom it speaks.
PROXY_TIMEOUT = 5.0


class _Reader:
    """A connection, as aiosmtpd reads the header from it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def read(self, n: int = -1) -> bytes:
        return await self._connection.exactly(n)

    async def readexactly(self, n: int) -> bytes:
        return await self._connection.exactly(n)

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        assert separator == b"\n"
        return await self._connection.line()


async def read_header(connection: Connection) -> ProxyData | None:
    """Return what the header says; None when it is not one. Raises: ConnectionResetError."""
    header = await get_proxy(_Reader(connection))
    return header if header.valid else None
