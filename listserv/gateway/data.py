"""Read from the wire what ends with CR LF and nothing else: commands, and a mail up to ``CR LF . CR
LF``.

Source: RFC 5321 §2.3.8, §4.1.1.4.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

# Of a mail that is over the limit so many times the limit is read, so that its client hears why;
# then it is cut off.
DRAIN = 5

# Stands in for a command that another line end, or a NUL, would make two of; it is no command.
BROKEN = "BROKEN"


def command_reader(
    reader: asyncio.StreamReader, waits: Callable[[bool], None]
) -> Callable[..., Awaitable[bytes]]:
    """Return how commands are read: one that holds a bare CR, a bare LF or a NUL becomes
    :data:`BROKEN`.

    Args: waits, told when the client is waited for, and when its command is there.
    """
    read = reader.readuntil

    async def line(separator: bytes = b"\n") -> bytes:
        waits(True)
        try:
            command = await read(separator)
        finally:
            waits(False)
        is_whole = command.endswith(b"\r\n") and b"\r" not in command[:-2] and b"\0" not in command
        return command if is_whole else f"{BROKEN}\r\n".encode()

    return line


@dataclass(frozen=True)
class Received:
    """A mail with its dots unstuffed, or its beginning when
    it was too large; its size in bytes; whether it ended.
    """

    raw: bytes = field(repr=False)
    size: int
    ended: bool


async def receive(
    reader: asyncio.StreamReader,
    *,
    limit: int,
    keep: int,
    came: Callable[[int], None],
    whole: bool = False,
) -> Received:
    """Read a mail. What follows its end is left to the reader.

    Args: limit, bytes that a mail may have; keep, bytes that are kept of a larger one; came, told
    the bytes of each chunk, and less than none where some are let go of; whole, to read one to its
    end however large it is.

    Raises: ConnectionResetError when the client left before the end.
    """
    # The line end of the DATA command stands before an end of data that follows at once.
    buffer = bytearray(b"\r\n")
    keep, dropped, seen = min(keep, limit), 0, 0
    while (end := buffer.find(b"\r\n.\r\n", max(0, seen - 4))) < 0:
        if len(buffer) > limit + 1_000:
            # Too large: keep the header for the record and enough of the tail to see the end.
            dropped += len(buffer) - keep - 4
            came(keep + 4 - len(buffer))
            del buffer[keep:-4]
            if dropped > limit * DRAIN and not whole:
                return Received(bytes(buffer[2:keep]), dropped + len(buffer), ended=False)
        seen = len(buffer)
        # All there is: what follows the end of data is given back to an empty buffer, in order.
        chunk = await reader.read(1 << 30)
        if not chunk:
            raise ConnectionResetError
        came(len(chunk))
        buffer += chunk
    rest = bytes(buffer[end + 5 :])
    if rest:
        reader.feed_data(rest)
    raw = bytes(buffer[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
    return Received(raw, len(raw) + dropped, ended=True)
