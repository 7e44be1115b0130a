"""A DNS of our own for tests: names, records, silence; and mails signed by others' code."""

import base64
from collections.abc import Mapping, Sequence
from functools import cache

import dkim
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from listserv.mail.auth.resolver import Unanswered


class Zone:
    """Answers from ``{"name": {"TXT": [...]}}``; names in ``silent`` have no answer. ``asked`` is what was asked."""

    def __init__(self, rows: Mapping[str, Mapping[str, Sequence[str]]], silent: Sequence[str] = ()) -> None:
        self.rows = {name.lower(): {kind: list(texts) for kind, texts in kinds.items()} for name, kinds in rows.items()}
        self.silent = {name.lower() for name in silent}
        self.asked: list[tuple[str, str]] = []

    async def ask(self, name: str, kind: str) -> list[str]:
        name = name.lower().rstrip(".")
        self.asked.append((name, kind))
        if name in self.silent:
            raise Unanswered(name)
        return self.rows.get(name, {}).get(kind, [])


@cache
def rsa_key(bits: int) -> tuple[bytes, str]:
    """Return a private key (PEM) and its DNS record; the same each time."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=bits)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return pem, f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def signed(
    raw: bytes,
    domain: str,
    *,
    selector: str = "s1",
    form: tuple[bytes, bytes] = (b"relaxed", b"relaxed"),
    fields: Sequence[bytes] = (b"from", b"from", b"subject"),
    bits: int = 2_048,
    length: bool = False,
) -> bytes:
    """Return a mail with a signature of dkimpy's on top."""
    field = dkim.sign(
        raw, selector.encode(), domain.encode(), rsa_key(bits)[0],
        canonicalize=form, include_headers=list(fields), length=length,
    )  # fmt: skip
    return bytes(field) + raw


def keys(domain: str, selector: str = "s1", bits: int = 2_048) -> dict[str, dict[str, list[str]]]:
    """Return the record under which a domain publishes the key of :func:`signed`."""
    return {f"{selector}._domainkey.{domain}": {"TXT": [rsa_key(bits)[1]]}}
