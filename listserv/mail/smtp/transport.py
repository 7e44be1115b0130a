"""What the delivery workers hand over, and what they get back from a relay or the outbox."""

from abc import abstractmethod
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, overload

if TYPE_CHECKING:
    from listserv.mail.smtp.progress import Progress


class Envelope(NamedTuple):
    """One delivery to one recipient; a tuple, since a fan-out makes thousands.

    ``parts`` join to the message, with CRLF line ends; each ends with one. The first and last part
    are the same object in every envelope, so a batch of 500 costs one message and 500 small header
    blocks.
    """

    sender: str
    recipient: str
    parts: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """The message's size in bytes."""
        return sum(map(len, self.parts))


class Batch(Sequence[Envelope]):
    """A batch whose envelopes are made when they are asked for, so that few are in memory.

    ``progress`` hears of results while the batch is under way, and says how far to go; None when
    nobody asks.
    """

    progress: "Progress | None" = None

    @abstractmethod
    def envelope(self, index: int) -> Envelope:
        """Return one envelope; ``index`` is within the length."""

    @overload
    def __getitem__(self, index: int) -> Envelope: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Envelope]: ...
    def __getitem__(self, index: int | slice) -> Envelope | Sequence[Envelope]:
        if isinstance(index, slice):
            return [self.envelope(position) for position in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self.envelope(index)


class Listed(Batch):
    """A batch whose envelopes are all there."""

    def __init__(self, envelopes: Sequence[Envelope], progress: "Progress | None" = None) -> None:
        self._envelopes, self.progress = envelopes, progress

    def __len__(self) -> int:
        return len(self._envelopes)

    def envelope(self, index: int) -> Envelope:
        """Return one envelope."""
        return self._envelopes[index]


class Outcome(StrEnum):
    """What became of a delivery."""

    SENT = "sent"  # the far end has taken it
    LATER = "later"  # 4xx, or a connection that broke in the middle: try this one again
    FAILED = "failed"  # 5xx: never try again
    # 5xx that is about the hub: the far end takes no mail from us, whoever the recipient is
    REFUSED = "refused"
    UNREACHED = "unreached"  # the far end was not there; no reply is about this delivery


class DeliveryResult(NamedTuple):
    """The outcome for one recipient and the reply that led to it."""

    outcome: Outcome
    reply: str = ""


class Transport(Protocol):
    """A far end; one object per thread, kept from batch to batch."""

    def send(self, batch: Sequence[Envelope]) -> list[DeliveryResult]:
        """Send every envelope and return one result each, in order.

        Never raises for a far end that is down. An envelope is asked for when it is its turn, and
        once more when it has to be sent again.
        """

    def close(self) -> None:
        """Let go of what is kept open."""
