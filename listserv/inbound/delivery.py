"""What one SMTP transaction brought: the envelope and the bytes, with which the verdict is made."""

from dataclasses import dataclass, field
from datetime import datetime

from listserv.inbound.recipients import Recipient


@dataclass(frozen=True)
class Checks:
    """What the sender's domain says about the mail (RFC 7208, 6376, 7489), or a trusted relay in our stead.

    Args:
        spf, dkim, dmarc: results as RFC 8601 names them: ``pass``, ``fail``, ``none``, ``temperror`` …
        domain: the domain of From that was looked at, as DNS knows it.
        policy: what that domain asks for when DMARC fails: ``none``, ``quarantine``, ``reject``; empty without one.
        arc: whether a chain of intermediaries' seals is whole (RFC 8617); for the record, it grants nothing.
    """

    spf: str = "none"
    dkim: str = "none"
    dmarc: str = "none"
    domain: str = ""
    policy: str = ""
    arc: str = "none"

    @property
    def is_aligned(self) -> bool:
        """Whether the domain of From vouches for the mail (RFC 7489 §3.1)."""
        return self.dmarc == "pass"

    @property
    def is_forged(self) -> bool:
        """Whether the domain disowns the mail: nothing it authorised passes, and it asks that such mail be kept out."""
        return self.dmarc == "fail" and self.policy in {"quarantine", "reject"}

    @property
    def is_denied(self) -> bool:
        """Whether the domain says what vouches for its mail, and nothing of that does here, whatever it asks for."""
        return self.dmarc == "fail"

    def __str__(self) -> str:
        arc = f" arc={self.arc}" if self.arc != "none" else ""
        return (
            f"spf={self.spf} dkim={self.dkim}{arc} dmarc={self.dmarc} (p={self.policy or 'none'}) "
            f"header.from={self.domain}"
        )


@dataclass(frozen=True)
class Delivery:
    """A mail at the end of DATA. Only the envelope is believed: no header says who its recipients are.

    Args:
        peer: address of the client, which a relay may have named.
        relay: address of the trusted relay that named the client; empty where the client came itself or is unknown.
        has_queued: whether the relay has the mail in its queue and would bounce what is refused.
        auth_id: key of the member who signed in, None for nobody.
        mail_from: the reverse path, empty for ``<>``.
        raw: the mail, dots unstuffed; the beginning alone when it was too large.
        size: bytes received.
        utf8: whether the client asked for SMTPUTF8.
        checks: what the sender's domain says of it; None when that was not asked.
    """

    peer: str
    helo: str
    auth_id: int | None
    mail_from: str
    recipients: tuple[Recipient, ...]
    raw: bytes = field(repr=False)
    size: int
    received_at: datetime
    utf8: bool = False
    checks: Checks | None = None
    relay: str = ""
    has_queued: bool = False

    @property
    def handed_over_by(self) -> str:
        """The address at the other end of the connection."""
        return self.relay or self.peer
