"""The transport that signs what goes through it; for
large batches other processes make the signatures.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

from hub.lib.endpoints import DkimKey
from listserv.mail.smtp.transport import Batch, DeliveryResult, Envelope, Transport
from listserv.outbound.dkim_signing import Signer, SigningKey, Unsigned, load
from listserv.outbound.signing_process import SigningProcess

log = logging.getLogger(__name__)
# How many copies ahead of the one that is being sent are given to the processes that sign with RSA.
# Ed25519 is done before a process has heard of it, and so are few copies.
AHEAD, WORTH_A_PROCESS, PROCESSES = 64, 64, 2


class Helpers:
    """The processes that sign with one RSA key; they begin
    with the first large batch, and again when one has ended.
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
        return Ticket(process, process.submit(digest)) if process.is_ready else None

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
        self.progress = batch.progress if isinstance(batch, Batch) else None
        self._ahead: dict[int, tuple[Envelope, list[tuple[Unsigned, Ticket | None]]]] = {}
        self._reached = 0

    def __len__(self) -> int:
        return len(self.batch)

    def copy(self, index: int) -> Envelope:
        """Return one copy, signed."""
        if self.helpers:
            self._look_ahead(index)
        ahead = self._ahead.pop(index, None)
        if ahead is None:
            # Nobody signs ahead, or it is sent again after a connection broke.
            return self.signer.sign(self.batch[index])
        mail, unsigned = ahead
        fields = [
            each.signed(ticket.signature() if ticket is not None else None)
            for each, ticket in unsigned
        ]
        return Envelope(mail.sender, mail.recipient, (b"".join(fields), *mail.parts))

    def _look_ahead(self, index: int) -> None:
        while self._reached < min(len(self.batch), index + AHEAD + 1):
            mail = self.batch[self._reached]
            self._ahead[self._reached] = (
                mail,
                [(each, self._ticket(each)) for each in self.signer.unsigned(mail.parts)],
            )
            self._reached += 1

    def _ticket(self, unsigned: Unsigned) -> Ticket | None:
        helpers = self.helpers.get(unsigned.key)
        return helpers.submit(unsigned.digest) if helpers is not None else None


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
    """Return a transport that signs with the keys of
    ``HUB_DKIM_KEY``, the same one when there is none.
    """
    keys = _loaded(settings.HUB_DKIM)
    return Signing(inner, Signer(keys, settings.HUB_MAIL_DOMAIN)) if keys else inner
