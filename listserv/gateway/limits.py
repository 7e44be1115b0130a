"""Limit what the gateway takes at a time: from one client, and of the machine it runs on.

Whoever is over a limit is put off, never refused for good: ``421`` for a connection, ``451 4.7.1``
with the seconds to wait for a message, ``452 4.3.1`` or ``451 4.3.0`` where the hub itself has no
room or is slow (RFC 3463 §3.4, §3.8). What was accepted before stays accepted. Each process counts
for itself.
"""

import logging
import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from hub.lib.clients import is_in, is_loopback

log = logging.getLogger(__name__)
# Of messages that are read and not yet answered, in all sessions together.
MOST_BYTES = 200_000_000
# What one commit may take before no new message is begun.
SLOW_COMMIT_SECONDS = 10.0
# Bytes of a message in a second, over the whole of it; the thinnest line brings more.
SLOWEST_BYTES_PER_SECOND = 250.0
# A session that has waited so long for its client gives its place to another one.
IDLE_SECONDS = 5.0
# For so long the free space of the disk is believed.
DISK_LOOK_SECONDS = 2.0
_LEAST_SECONDS = 0.001


def is_on_this_host(host: str) -> bool:
    """Whether who connects from an address is surely on this host: no password needs TLS then.

    A connection from loopback may be a proxy's that speaks for the world. One of ``HUB_SMTP_PROXY``
    says for whom; one of ``HUB_TRUSTED_PROXIES`` that does not say it is never local. Where the
    gateway has a certificate everybody can use TLS and has to: through a proxy that nobody named no
    password comes in clear.
    """
    if settings.HUB_SMTP_CERT is not None:
        return False
    if is_in(host, settings.HUB_TRUSTED_PROXIES):
        return False
    return is_loopback(host)


def is_exempt(peer: str) -> bool:
    """Whether a client is not counted: one on this host, or a relay that stands for many."""
    return is_loopback(peer) or is_in(peer, settings.HUB_TRUSTED_RELAYS)


@dataclass
class Pace:
    """How long a client may take over a message.

    It may be quiet for :attr:`patience` seconds, and must bring :data:`SLOWEST_BYTES_PER_SECOND` on
    the whole.
    """

    patience: float = 300.0
    began: float = 0.0
    received: int = 0  # bytes

    def begin(self, patience: float, *, moment: float | None = None) -> None:
        """Begin a message. Args: patience, in seconds; moment, the monotonic clock's seconds."""
        if moment is None:
            moment = time.monotonic()
        self.patience = patience
        self.began = moment
        self.received = 0

    def left(self, count: int, *, moment: float | None = None) -> float:
        """Count bytes that came, and return the seconds until the client is cut off.

        Args: count, in bytes; moment, the monotonic clock's seconds.

        Returns: a millisecond at least.
        """
        if moment is None:
            moment = time.monotonic()
        self.received += count
        end = self.began + self.patience + self.received / SLOWEST_BYTES_PER_SECOND
        return max(_LEAST_SECONDS, min(self.patience, end - moment))


@dataclass
class Pressure:
    """What the hub has room for now.

    Args:
        folder: where the hub writes.
        reserve: bytes of the disk that stay free; 0 to look at none.
        busy: how many seconds the present commit has taken.
    """

    folder: Path
    reserve: int
    busy: Callable[[], float]
    # Bytes of messages that are read and not yet answered.
    held: int = 0
    _looked_at: float = field(default=-math.inf, repr=False)
    _full: bool = field(default=False, repr=False)

    def refusal(self) -> str:
        """Return the reply to a message that would begin now, empty when there is room for it."""
        if self.is_full():
            return "452 4.3.1 The hub's disk is nearly full. Try again later."
        if self.held > MOST_BYTES:
            return "452 4.3.1 The hub has too many mails in hand. Try again in a minute."
        if self.busy() > SLOW_COMMIT_SECONDS:
            return "451 4.3.0 The hub's database is slow. Try again in a minute."
        return ""

    def is_full(self) -> bool:
        """Whether less than the reserve of the disk is free; looked at now and then."""
        moment = time.monotonic()
        if self.reserve and moment - self._looked_at > DISK_LOOK_SECONDS:
            self._looked_at = moment
            was_full = self._full
            self._full = free_bytes(self.folder) < self.reserve
            if self._full and not was_full:
                log.error(
                    "Less than %d MB are free under %s: mails are put off",
                    self.reserve // 10**6,
                    self.folder,
                )
        return self._full


def free_bytes(folder: Path) -> int:
    """Return the bytes the hub may still write; a disk that cannot be asked counts as full."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def too_fast(seconds: int) -> str:
    """Return the reply to a message over the rate."""
    return f"451 4.7.1 Too many mails from you in a minute. Try again in {seconds} seconds."


def too_many_connections(seconds: int) -> str:
    """Return the greeting of a client over the rate of connections."""
    return (
        f"421 4.7.1 Too many connections from your address in a minute. Try again in {seconds} "
        f"seconds."
    )


def too_many_at_once() -> str:
    """Return the greeting of a client that has as many connections as it may have."""
    return "421 4.7.1 You have too many connections at once. End one, or try again later."
