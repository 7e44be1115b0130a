"""Sign digests with an RSA key in processes of their own, on every processor there is.

A signature takes longer than all else that is done for a copy. Threads would have to ask for the
interpreter again after each of them, behind the thread that sends. A process reads digests from a
pipe and writes signatures to another, in the same order; it ends when its pipe does: with its hub,
however that ended.

This file is also the program of such a process, which imports nothing of the hub.
"""

import contextlib
import os
import select
import subprocess
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

DIGEST_BYTES = 32
# A pipe holds 64 KiB: a process that is given no more digests at once never waits for its reader.
MAX_WAITING = 128
READY = b"+"
_PADDING, _PREHASHED = padding.PKCS1v15(), utils.Prehashed(SHA256())


def sign_digest(key: rsa.RSAPrivateKey, digest: bytes) -> bytes:
    """Return the PKCS #1 v1.5 signature of a SHA-256 digest (RFC 8017 §8.2)."""
    return key.sign(digest, _PADDING, _PREHASHED)


class SigningProcess:
    """One process, which answers digests with signatures in the same order. For one thread."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._signature_bytes = key.key_size // 8
        # Of its own group: whoever interrupts the hub at the keyboard ends it through the pipe.
        self._process = subprocess.Popen(  # noqa: S603 - this very file
            [sys.executable, "-P", str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._to, self._from = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._received = b""
        self._submitted = self._answered = 0
        self._is_ready = self._is_broken = False
        self._write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + b"\n")

    @property
    def is_ready(self) -> bool:
        """Whether it has begun and takes another digest."""
        if self._is_broken:
            return False
        if not self._is_ready and self._has_answered():
            self._is_ready = self._read(1) == READY
        if not self._is_ready:
            return False
        return self._submitted - self._answered < MAX_WAITING

    @property
    def is_broken(self) -> bool:
        """Whether it has ended by itself."""
        return self._is_broken

    def submit(self, digest: bytes) -> int:
        """Hand over a digest; return the ticket under which its signature is had."""
        self._submitted += 1
        self._write(digest)
        return self._submitted

    def signature(self, ticket: int) -> bytes | None:
        """Wait for a signature, and drop those of earlier tickets.

        Returns: None where it cannot be had any more.
        """
        if ticket <= self._answered:
            return None
        signature: bytes | None = None
        while self._answered < ticket and not self._is_broken:
            signature = self._read(self._signature_bytes)
            self._answered += 1
        if self._is_broken:
            return None
        return signature

    def close(self) -> None:
        """End it."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
            return
        self._process.kill()
        self._process.wait()

    def _has_answered(self) -> bool:
        # Not select(), which knows no more than 1,024 files: a hub has a socket for each live page.
        poll = select.poll()
        poll.register(self._from, select.POLLIN)
        return bool(poll.poll(0))

    def _write(self, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(self._to, data) :]
        except OSError:
            self._is_broken = True

    def _read(self, size: int) -> bytes:
        while len(self._received) < size:
            more = os.read(self._from, 65_536)
            if not more:
                self._is_broken = True
                return b""
            self._received += more
        piece, self._received = self._received[:size], self._received[size:]
        return piece


def main() -> None:
    """Read a private key in PEM form and then digests; write READY and then signatures."""
    pem = b""
    while not pem.endswith(b"-----END PRIVATE KEY-----\n\n"):
        line = sys.stdin.buffer.readline()
        if not line:
            return
        pem += line
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        return
    os.write(1, READY)
    while digest := sys.stdin.buffer.read(DIGEST_BYTES):
        os.write(1, sign_digest(key, digest))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
