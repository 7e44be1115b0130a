"""The transport that signs what goes through it; large batches are signed by other processes."""

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from hub.lib.endpoints import DkimKey
from listserv.mail.smtp.progress import Progress
from listserv.mail.smtp.transport import Batch, DeliveryResult, Envelope, Transport
from listserv.outbound.dkim_signing import Signer, SigningKey, Unsigned, load
from listserv.outbound.signing_process import SigningProcess

log = logging.getLogger(__name__)
# How many copies ahead of the one that is being sent are given to the processes that sign with RSA.
# Ed25519 is done before a process has heard of it, and so are few copies.
AHEAD, WORTH_A_PROCESS, PROCESSES = 64, 64, 2


class Helpers:
    """The processes that sign with one RSA key; they start with the first large batch.

    One that has ended is replaced.
    """

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self.key = key
        self.processes: list[SigningProcess] = []
        self._turn = 0

    def begin(self) -> None:
        """Start what is missing; it is of use a moment later."""
        for process in self.processes:
            if process.is_broken:
                log.warning("A process that signs mail has ended by itself; another one is started")
                process.close()
        self.processes = [process for process in self.processes if not process.is_broken]
        while len(self.processes) < PROCESSES:
            self.processes.append(SigningProcess(self.key))

    def submit(self, digest: bytes) -> "Ticket | None":
        """Hand a digest to the next of them; None when that one is not ready."""
        if not self.processes:
            return None
        self._turn = (self._turn + 1) % len(self.processes)
        process = self.processes[self._turn]
        if not process.is_ready:
            return None
        return Ticket(process, process.submit(digest))

    def close(self) -> None:
        """End them all."""
        for process in self.processes:
            process.close()
        self.processes = []


class Ticket(NamedTuple):
    """A signature that a process is making."""

    process: SigningProcess
    number: int

    def signature(self) -> bytes | None:
        """Wait for it; None where it cannot be had any more."""
        return self.process.signature(self.number)


class SignedBatch(Batch):
    """A batch whose copies are signed when they are asked for.

    Processes are given what they are to sign :data:`AHEAD` copies before.
    """

    def __init__(
        self, batch: Sequence[Envelope], signer: Signer, helpers: dict[SigningKey, Helpers]
    ) -> None:
        self.batch, self.signer, self.helpers = batch, signer, helpers
        self.progress: Progress | None = getattr(batch, "progress", None)
        self._ahead: dict[int, tuple[Envelope, list[tuple[Unsigned, Ticket | None]]]] = {}
        self._reached = 0

    def __len__(self) -> int:
        return len(self.batch)

    def envelope(self, index: int) -> Envelope:
        """Return one copy, signed."""
        if self.helpers:
            self._look_ahead(index)
        ahead = self._ahead.pop(index, None)
        if ahead is None:
            # Nobody signs ahead, or it is sent again after a connection broke.
            return self.signer.sign(self.batch[index])
        message, unsigned = ahead
        fields = b"".join(_signed(field, ticket) for field, ticket in unsigned)
        return Envelope(message.sender, message.recipient, (fields, *message.parts))

    def _look_ahead(self, index: int) -> None:
        while self._reached < min(len(self.batch), index + AHEAD + 1):
            message = self.batch[self._reached]
            unsigned = self.signer.unsigned(message.parts)
            self._ahead[self._reached] = (
                message,
                [(field, self._ticket(field)) for field in unsigned],
            )
            self._reached += 1

    def _ticket(self, unsigned: Unsigned) -> Ticket | None:
        helpers = self.helpers.get(unsigned.key)
        if helpers is None:
            return None
        return helpers.submit(unsigned.digest)


def _signed(field: Unsigned, ticket: Ticket | None) -> bytes:
    """Return a signed field, by the process that has a ticket for it, else by this one."""
    if ticket is None:
        return field.signed()
    return field.signed(ticket.signature())


class Signing:
    """A transport that signs what goes through it."""

    def __init__(self, inner: Transport, signer: Signer) -> None:
        self.inner, self.signer = inner, signer
        self.helpers = {
            key: Helpers(key.private)
            for key in signer.keys
            if isinstance(key.private, rsa.RSAPrivateKey)
        }

    def send(self, batch: Sequence[Envelope]) -> list[DeliveryResult]:
        """Sign and send every copy."""
        if len(batch) < WORTH_A_PROCESS:
            return self.inner.send(SignedBatch(batch, self.signer, {}))
        for helpers in self.helpers.values():
            helpers.begin()
        return self.inner.send(SignedBatch(batch, self.signer, self.helpers))

    def close(self) -> None:
        """Let go of processes and connections."""
        for helpers in self.helpers.values():
            helpers.close()
        self.inner.close()


@lru_cache(maxsize=8)
def _loaded(keys: tuple[DkimKey, ...]) -> tuple[SigningKey, ...]:
    return tuple(load(key) for key in keys)


def signing(inner: Transport) -> Transport:
    """Return a transport that signs with the keys of ``HUB_DKIM_KEY``, if there are any."""
    keys = _loaded(settings.HUB_DKIM)
    if not keys:
        return inner
    return Signing(inner, Signer(keys, settings.HUB_MAIL_DOMAIN))
