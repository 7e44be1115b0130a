"""What settings name: hosts with ports, the relay that takes our mail, the key that signs it."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Endpoint:
    """A host name or address and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True)
class RelayAddress(Endpoint):
    """The MTA that takes our mail: how its connection is
    secured, and who signs in there (empty for nobody).
    """

    security: str = (
        "opportunistic"  # or "starttls" or "tls", which fail without a certificate that is trusted
    )
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    authority: Path | None = None  # a file of certificates to trust instead of the system's


@dataclass(frozen=True)
class DkimKey:
    """A private key (PEM file) that signs outgoing mail, and
    the selector under which its public half is published.
    """

    selector: str
    path: Path
