"""What one SMTP transaction brought: the envelope and the bytes, with which the verdict is made."""

from dataclasses import dataclass, field
from datetime import datetime

from listserv.inbound.recipients import Recipient


@dataclass(frozen=True)
class Delivery:
    """A mail at the end of DATA. Only the envelope is believed: no header says who its recipients are.

    Args:
        peer: address of the client.
        auth_id: key of the member who signed in, None for nobody.
        mail_from: the reverse path, empty for ``<>``.
        raw: the mail, dots unstuffed; the beginning alone when it was too large.
        size: bytes received.
        utf8: whether the client asked for SMTPUTF8.
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
