"""What settings name: hosts with ports, the relay for outgoing mail, the keys that sign it."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Endpoint:
    """A host name or address and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        if ":" in self.host:
            return f"[{self.host}]:{self.port}"
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class RelayAddress(Endpoint):
    """The MTA that takes the hub's outgoing mail, and how the hub connects to it.

    ``security`` is ``opportunistic``, ``starttls`` or ``tls``; the last two fail without a
    certificate that is trusted. ``user`` is empty where nobody signs in. ``authority`` is a file of
    certificates to trust instead of the system's.
    """

    security: str = "opportunistic"
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    authority: Path | None = None


@dataclass(frozen=True)
class DkimKey:
    """A private key (PEM file) that signs outgoing mail.

    Its public half is published under ``selector``.
    """

    selector: str
    path: Path
