"""One incoming message at one recipient: all that a rule may look at."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from listserv.gateway.facts import HubFacts
from listserv.gateway.incoming import IncomingMessage
from listserv.gateway.recipients import Recipient
from listserv.gateway.sender import Sender
from listserv.mail.parse.message import ParsedMessage
from listserv.models import InboundMail

if TYPE_CHECKING:
    from hub.members.models import Member


@dataclass(frozen=True)
class Question:
    """Shall this message be taken for this recipient? ``digest`` is the SHA-256 of the whole."""

    message: ParsedMessage
    recipient: Recipient
    sender: Sender
    incoming: IncomingMessage
    facts: HubFacts
    digest: str

    @property
    def member(self) -> "Member | None":
        """Whom From names, or who signed in; None for somebody unknown."""
        return self.sender.member

    @property
    def signed_in(self) -> bool:
        """Whether the sender used SMTP AUTH, which no automatic reply does."""
        return self.sender.proof == InboundMail.Proof.AUTH

    @property
    def token(self) -> str:
        """What stands between the plus sign and the domain of the recipient's address."""
        return token_of(self.recipient.address)


def token_of(address: str) -> str:
    """Return what stands between the plus sign and the domain."""
    return address.partition("+")[2].partition("@")[0]
