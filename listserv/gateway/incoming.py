"""Hold what one SMTP transaction brought: the envelope and the bytes, for the verdict."""

from dataclasses import dataclass, field
from datetime import datetime

from listserv.address_kinds import FOR_REPORTS
from listserv.gateway.recipients import Recipient
from listserv.mail.auth.domain_checks import DomainChecks


@dataclass(frozen=True)
class IncomingMessage:
    """An incoming message and its envelope, at the end of DATA.

    Only the envelope is believed: no header says who the recipients are.

    Args:
        peer: address of the client, which a relay may have named.
        helo: the name in the client's greeting.
        relay: address of the trusted relay that named the client; empty where the client came
            itself or is unknown.
        has_queued: whether the relay has the message in its queue and would bounce what is refused.
        auth_id: key of the member who signed in, None for nobody.
        mail_from: the reverse path, empty for ``<>``.
        raw: the message, dots unstuffed; the beginning alone when it was too large.
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
    checks: DomainChecks | None = None
    relay: str = ""
    has_queued: bool = False

    @property
    def is_for_machines(self) -> bool:
        """Whether it came to addresses for reports alone: their author is nobody's member."""
        return all(recipient.kind in FOR_REPORTS for recipient in self.recipients)

    @property
    def handed_over_by(self) -> str:
        """The address at the other end of the connection."""
        return self.relay or self.peer
