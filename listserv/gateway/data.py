"""Read a message from the wire, up to ``CR LF . CR LF`` and nothing else.

Source: RFC 5321 §2.3.8, §4.1.1.4.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from listserv.gateway.connection import Connection

# Of a message over the limit so many times the limit is read, so that its client hears why; then
# it is cut off.
DRAIN_LIMITS = 5


@dataclass(frozen=True)
class Received:
    """A message as it came over the wire.

    Args:
        raw: with its dots unstuffed; the beginning alone when it was too large.
        size: in bytes.
        ended: whether its end was read.
    """

    raw: bytes = field(repr=False)
    size: int
    ended: bool


async def receive(
    connection: Connection,
    *,
    limit: int,
    keep: int,
    count_bytes: Callable[[int], None],
    to_its_end: bool = False,
) -> Received:
    """Read a message. What follows its end is left to the next command.

    Args:
        limit, keep: bytes that a message may have, and that are kept of a larger one.
        count_bytes: called with the bytes of each chunk, less than none where some are dropped.
        to_its_end: whether a message is read to its end however large it is.

    Raises: ConnectionResetError when the client left before the end.
    """
    # The line end of the DATA command stands before an end of data that follows at once.
    buffer = bytearray(b"\r\n")
    keep, dropped, seen = min(keep, limit), 0, 0
    while (end := buffer.find(b"\r\n.\r\n", max(0, seen - 4))) < 0:
        if len(buffer) > limit + 1_000:
            # Too large: keep the header for the record and enough of the tail to see the end.
            dropped += len(buffer) - keep - 4
            count_bytes(keep + 4 - len(buffer))
            del buffer[keep:-4]
            if dropped > limit * DRAIN_LIMITS and not to_its_end:
                return Received(bytes(buffer[2:keep]), dropped + len(buffer), ended=False)
        seen = len(buffer)
        chunk = await connection.chunk()
        count_bytes(len(chunk))
        buffer += chunk
    rest = bytes(buffer[end + 5 :])
    if rest:
        connection.put_back(rest)
    raw = bytes(buffer[: end + 2]).replace(b"\r\n.", b"\r\n")[2:]
    return Received(raw, len(raw) + dropped, ended=True)
