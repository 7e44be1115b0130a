"""How much the door takes at a time: from one client, and of the machine it stands on.

Whoever is over a limit is put off, never refused for good: ``421`` for a connection, ``451 4.7.1``
with the seconds to wait for a mail, ``452 4.3.1`` or ``451 4.3.0`` where the hub itself has no room
or is slow (RFC 3463 §3.4, §3.8). What was accepted before stays accepted. Each process counts for
itself.
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
# Bytes of mails that are read and not yet answered, of all sessions together.
MOST_BYTES = 200_000_000
# Seconds that one commit may take before no new mail is begun.
SLOW = 10.0
# Bytes of a mail in a second, over the whole of it; the thinnest line brings more.
SLOWEST = 250.0
# Seconds that a session has waited for its client before another one may have its place.
IDLE = 5.0
# Seconds for which the free space of the disk is believed.
DISK_EVERY = 2.0


def is_on_this_host(host: str) -> bool:
    """Whether who connects from an address is on this host beyond doubt, so that a password may
    come without TLS.

    A connection from loopback may be a proxy's that speaks for the world. One of ``HUB_SMTP_PROXY``
    says for whom; one of ``HUB_TRUSTED_PROXIES`` that does not say it is never local. Where the
    door has a certificate everybody can use TLS and has to: through a proxy that nobody named no
    password comes in clear.
    """
    return (
        settings.HUB_SMTP_CERT is None
        and is_loopback(host)
        and not is_in(host, settings.HUB_TRUSTED_PROXIES)
    )


def is_exempt(peer: str) -> bool:
    """Whether a client is not counted: one on this host,
    or a relay in front of the door that stands for many.
    """
    return is_loopback(peer) or is_in(peer, settings.HUB_TRUSTED_RELAYS)


@dataclass
class Pace:
    """How long a client may take over a mail: quiet for
    :attr:`patience` seconds, and :data:`SLOWEST` on the whole.
    """

    patience: float = 300.0
    began: float = 0.0
    received: int = 0  # bytes

    def begin(self, patience: float, *, moment: float | None = None) -> None:
        """Begin a mail. Args: patience, in seconds; moment, the monotonic clock's seconds."""
        self.patience = patience
        self.began = time.monotonic() if moment is None else moment
        self.received = 0

    def left(self, count: int, *, moment: float | None = None) -> float:
        """Count bytes that came and return the seconds until
        the client is cut off; never less than a millisecond.
        """
        moment = time.monotonic() if moment is None else moment
        self.received += count
        return max(
            0.001, min(self.patience, self.began + self.patience + self.received / SLOWEST - moment)
        )


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
    # Bytes of mails that are read and not yet answered.
    held: int = 0
    _looked_at: float = field(default=-math.inf, repr=False)
    _full: bool = field(default=False, repr=False)

    def refusal(self) -> str:
        """Return the reply to a mail that would begin now, empty when there is room for it."""
        if self.is_full():
            return "452 4.3.1 The hub's disk is nearly full. Try again later."
        if self.held > MOST_BYTES:
            return "452 4.3.1 The hub has too many mails in hand. Try again in a minute."
        if self.busy() > SLOW:
            return "451 4.3.0 The hub's database is slow. Try again in a minute."
        return ""

    def is_full(self) -> bool:
        """Whether less than the reserve of the disk is free; looked at now and then."""
        moment = time.monotonic()
        if self.reserve and moment - self._looked_at > DISK_EVERY:
            self._looked_at = moment
            full = free_bytes(self.folder) < self.reserve
            if full and not self._full:
                log.error(
                    "Less than %d MB are free under %s: mails are put off",
                    self.reserve // 10**6,
                    self.folder,
                )
            self._full = full
        return self._full


def free_bytes(folder: Path) -> int:
    """Return what of the disk the hub may still
    fill; a disk that cannot be asked counts as full.
    """
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def too_fast(seconds: int) -> str:
    """Return the reply to a mail over the rate."""
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
