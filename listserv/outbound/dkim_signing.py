"""Sign outgoing mail with DKIM: one signature for each key of ``HUB_DKIM_KEY``.

The copies of a mailing differ in a few header lines alone, so the body is digested once and the
shared fields are made canonical once; only the signature itself is made for each copy. It covers
List-Unsubscribe, which one click needs (RFC 8058 §4), and names the fields that others might add or
double once more than they are there, so that nothing can be added to a signed mail.

Source: RFC 6376, RFC 8301 (rsa-sha256, 2048 bits), RFC 8463 (ed25519-sha256); relaxed canonical
form for both parts.
"""

import base64
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from hub.lib.endpoints import DkimKey
from listserv.mail.auth.canonical import Field, body
from listserv.mail.smtp.transport import Envelope
from listserv.outbound.signing_process import sign_digest

# What is signed where it is there.
SIGNED = frozenset(
    b"from sender to cc subject date message-id in-reply-to references reply-to mime-version "
    b"content-type "
    b"content-language content-transfer-encoding auto-submitted list-id list-post list-help "
    b"list-subscribe list-owner "
    b"list-archive list-unsubscribe list-unsubscribe-post archived-at precedence".split()
)
# Named once more than they are there (RFC 6376 §8.15): a second one would break the signature.
SEALED = (
    b"from", b"sender", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to",
    b"references", b"reply-to", b"content-type", b"list-unsubscribe", b"list-unsubscribe-post",
)  # fmt: skip
RSA_BITS = 2048
# Entries that a signer remembers of what copies share.
MAX_TAILS, MAX_FORMS = 24, 96
_odd_blank = re.compile(rb"[\x0b\x0c]")
_field_break = re.compile(rb"\r\n(?![ \t])")


@dataclass(frozen=True)
class SigningKey:
    """A private key, ready to sign, and the selector under which its public half is published."""

    selector: str
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """What the ``a=`` tag calls it."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return "rsa-sha256"
        return "ed25519-sha256"

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of a SHA-256 digest.

        Ed25519 signs the digest as its message (RFC 8463 §3).
        """
        if isinstance(self.private, rsa.RSAPrivateKey):
            return sign_digest(self.private, digest)
        return self.private.sign(digest)


class UnusableKeyError(ValueError):
    """A file holds no key that can sign mail."""


@dataclass(frozen=True)
class DkimRecord:
    """The TXT record that publishes a key: the whole name, and the value as one string."""

    name: str
    value: str


def load(key: DkimKey) -> SigningKey:
    """Read a key. Raises: UnusableKeyError."""
    try:
        private = load_pem_private_key(key.path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise UnusableKeyError(
            f"{key.path} is not a private key in PEM form without a password"
        ) from error
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return SigningKey(key.selector, private)
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= RSA_BITS:
        return SigningKey(key.selector, private)
    raise UnusableKeyError(
        f"{key.path} must be an RSA key of {RSA_BITS} bits or more, or an Ed25519 key"
    )


def record_of(key: DkimKey) -> DkimRecord:
    """Return what has to stand in DNS for a key (RFC 6376 §3.6.1). Raises: UnusableKeyError."""
    private = load(key).private
    if isinstance(private, rsa.RSAPrivateKey):
        public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        kind = "rsa"
    else:
        public, kind = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), "ed25519"
    name = f"{key.selector}._domainkey.{settings.HUB_MAIL_DOMAIN}"
    return DkimRecord(name, f"v=DKIM1; k={kind}; p={base64.b64encode(public).decode()}")


@register()
def check_keys(**_: object) -> list[CheckMessage]:
    """Fail the start when a key cannot sign."""
    errors: list[CheckMessage] = []
    for key in settings.HUB_DKIM:
        try:
            load(key)
        except UnusableKeyError as error:
            hint = "Make one with: manage.py dkim_key"
            errors.append(Error(f"HUB_DKIM_KEY: {error}", hint=hint, id="listserv.E001"))
    return errors


# --- What is signed -------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fields:
    """Some header fields as they are signed: their names in order, and their canonical bytes."""

    names: tuple[bytes, ...]
    canonical: bytes


def _fields(block: bytes) -> _Fields:
    names, fields = [], []
    # split() splits at the white space of a header, and at two controls that are none.
    has_odd_blanks = _odd_blank.search(block) is not None
    for raw in _field_break.split(block):
        name, _, value = raw.partition(b":")
        name = name.strip().lower()
        if name not in SIGNED:
            continue
        names.append(name)
        if has_odd_blanks:
            fields.append(Field("", raw + b"\r\n").canonical(relaxed=True))
        else:
            fields.append(b"%b:%b\r\n" % (name, b" ".join(value.split())))
    # Of several fields of one name the lowest is signed first (RFC 6376 §5.4.2): ours are there
    # once.
    return _Fields(tuple(names), b"".join(fields))


@dataclass(frozen=True)
class _Tail:
    """The piece in which the header ends, and all behind it."""

    fields: _Fields
    body_hash: str


@dataclass(frozen=True)
class Unsigned:
    """A signature still to be made: its key, the field up to ``b=``, and the digest to sign."""

    key: SigningKey
    field: bytes
    digest: bytes

    def signed(self, signature: bytes | None = None) -> bytes:
        """Return the whole field; a signature that no other process has made is made now."""
        value = base64.b64encode(signature or self.key.sign(self.digest))
        return b"%b%b\r\n" % (self.field, b"\r\n ".join(_cut(value)))


class Signer:
    """Sign messages with one set of keys; what copies share is digested once. For one thread."""

    def __init__(self, keys: Sequence[SigningKey], domain: str) -> None:
        self.keys, self.domain = keys, domain
        self._heads: dict[int, tuple[bytes, _Fields]] = {}
        self._tails: dict[tuple[int, ...], tuple[tuple[bytes, ...], _Tail]] = {}
        self._forms: dict[tuple[object, ...], tuple[bytes, bytes]] = {}

    def unsigned(self, parts: tuple[bytes, ...]) -> list[Unsigned]:
        """Return what is to be signed of a message, for each key."""
        at = next((index for index, part in enumerate(parts) if _ends_header(part)), len(parts) - 1)
        before = [
            self._head(part, shared=index == 0 and at > 0) for index, part in enumerate(parts[:at])
        ]
        tail = self._tail(parts[at:])
        names = tuple(name for piece in (*before, tail.fields) for name in piece.names)
        header = sha256(b"".join([*(piece.canonical for piece in before), tail.fields.canonical]))
        unsigned = []
        for key in self.keys:
            field, canonical = self._form(key, names, tail.body_hash)
            state = header.copy()
            state.update(canonical)
            unsigned.append(Unsigned(key, field, state.digest()))
        return unsigned

    def signatures(self, parts: tuple[bytes, ...]) -> bytes:
        """Return the DKIM-Signature fields of a message, which begin it."""
        return b"".join(unsigned.signed() for unsigned in self.unsigned(parts))

    def _head(self, part: bytes, *, shared: bool) -> _Fields:
        if not shared:
            return _fields(part)
        entry = self._heads.get(id(part))
        if entry is None or entry[0] is not part:
            entry = part, _fields(part)
            self._heads = {id(part): entry}
        return entry[1]

    def _tail(self, parts: tuple[bytes, ...]) -> _Tail:
        entry = self._tails.get(tuple(map(id, parts)))
        if entry is None or not _are_same(entry[0], parts):
            entry = parts, _digested(parts)
            # A mailing has one for each language and form; those of an earlier one go.
            if len(self._tails) >= MAX_TAILS:
                self._tails.clear()
            self._tails[tuple(map(id, parts))] = entry
        return entry[1]

    def _form(
        self, key: SigningKey, names: tuple[bytes, ...], body_hash: str
    ) -> tuple[bytes, bytes]:
        """Return the field up to its ``b=``, as it is sent and as it is signed."""
        mark = key.selector, names, body_hash
        form = self._forms.get(mark)
        if form is None:
            listed = b":".join((*names, *SEALED)).decode()
            field = (
                f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/relaxed; d={self.domain};\r\n "
                f"s={key.selector}; t={int(time.time())};\r\n h={_folded(listed)};\r\n "
                f"bh={body_hash};\r\n b="
            ).encode()
            form = field, Field("", field).canonical(relaxed=True).removesuffix(b"\r\n")
            if len(self._forms) >= MAX_FORMS:
                self._forms.clear()
            self._forms[mark] = form
        return form

    def sign(self, message: Envelope) -> Envelope:
        """Return a copy with its signatures."""
        parts = (self.signatures(message.parts), *message.parts)
        return Envelope(message.sender, message.recipient, parts)


def _are_same(parts: tuple[bytes, ...], others: tuple[bytes, ...]) -> bool:
    """Whether two messages share these pieces: the same objects, not equal ones."""
    return all(part is other for part, other in zip(parts, others, strict=True))


def _digested(parts: tuple[bytes, ...]) -> _Tail:
    head, _, content = b"".join(parts).partition(b"\r\n\r\n")
    digest = sha256(body(content, relaxed=True)).digest()
    return _Tail(_fields(head), base64.b64encode(digest).decode())


def _ends_header(part: bytes) -> bool:
    return b"\r\n\r\n" in part or part.startswith(b"\r\n")


def _cut(value: bytes) -> Iterator[bytes]:
    return (value[at : at + 72] for at in range(0, len(value), 72))


def _folded(names: str) -> str:
    line, *rest = names.split(":")
    lines = []
    for name in rest:
        if len(line) + len(name) > 68:
            lines.append(f"{line}:")
            line = name
        else:
            line = f"{line}:{name}"
    return "\r\n ".join([*lines, line])
