"""Sign outgoing mail: DKIM signatures, one for each key of ``HUB_DKIM_KEY``, in the name of the
mail domain.

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
_field_break = re.compile(rb"\r\n(?![ \t])")


@dataclass(frozen=True)
class SigningKey:
    """A private key, ready to sign, and the selector under which its public half is published."""

    selector: str
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

    @property
    def algorithm(self) -> str:
        """What the ``a=`` tag calls it."""
        return "rsa-sha256" if isinstance(self.private, rsa.RSAPrivateKey) else "ed25519-sha256"

    def sign(self, digest: bytes) -> bytes:
        """Return the signature of a SHA-256 digest (Ed25519
        signs the digest as its message, RFC 8463 §3).
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
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= RSA_BITS:
        return SigningKey(key.selector, private)
    if isinstance(private, ed25519.Ed25519PrivateKey):
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
    plain = b"\x0b" not in block and b"\x0c" not in block
    for raw in _field_break.split(block):
        name, _, value = raw.partition(b":")
        name = name.strip().lower()
        if name in SIGNED:
            names.append(name)
            # White space is blanks, tabs and line ends, which this splits at; it would at two
            # controls as well.
            relaxed = b"%b:%b\r\n" % (name, b" ".join(value.split()))
            fields.append(relaxed if plain else Field("", raw + b"\r\n").canonical(relaxed=True))
    # Of several fields of one name the lowest is signed first (RFC 6376 §5.4.2): ours are there
    # once.
    return _Fields(tuple(names), b"".join(fields))


@dataclass(frozen=True)
class _Rest:
    """The piece in which the header ends, and all behind it."""

    fields: _Fields
    body_hash: str


@dataclass(frozen=True)
class Unsigned:
    """A signature that is still to be made: its key,
    the field up to ``b=``, and the digest to sign.
    """

    key: SigningKey
    field: bytes
    digest: bytes

    def signed(self, signature: bytes | None = None) -> bytes:
        """Return the whole field, with a signature that
        another process has made, or with one made now.
        """
        value = base64.b64encode(signature or self.key.sign(self.digest))
        return b"%b%b\r\n" % (self.field, b"\r\n ".join(_cut(value)))


class Signer:
    """Signs mails with one set of keys; what copies share is looked at once. Used by one thread."""

    def __init__(self, keys: Sequence[SigningKey], domain: str) -> None:
        self.keys, self.domain = keys, domain
        self._heads: dict[int, tuple[bytes, _Fields]] = {}
        self._rests: dict[tuple[int, ...], tuple[tuple[bytes, ...], _Rest]] = {}
        self._forms: dict[tuple[object, ...], tuple[bytes, bytes]] = {}

    def unsigned(self, parts: tuple[bytes, ...]) -> list[Unsigned]:
        """Return what is to be signed of a message, for each key."""
        at = next((index for index, part in enumerate(parts) if _ends_header(part)), len(parts) - 1)
        before = [
            self._head(part, shared=index == 0 and at > 0) for index, part in enumerate(parts[:at])
        ]
        rest = self._rest(parts[at:])
        names = tuple(name for piece in (*before, rest.fields) for name in piece.names)
        header = sha256(b"".join([*(piece.canonical for piece in before), rest.fields.canonical]))
        unsigned = []
        for key in self.keys:
            field, canonical = self._form(key, names, rest.body_hash)
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
        known = self._heads.get(id(part))
        if known is None or known[0] is not part:
            known = part, _fields(part)
            self._heads = {id(part): known}
        return known[1]

    def _rest(self, parts: tuple[bytes, ...]) -> _Rest:
        mark = tuple(map(id, parts))
        known = self._rests.get(mark)
        if known is None or any(
            part is not other for part, other in zip(known[0], parts, strict=True)
        ):
            whole = parts[0] if len(parts) == 1 else b"".join(parts)
            head, _, content = whole.partition(b"\r\n\r\n")
            digest = sha256(body(content, relaxed=True)).digest()
            known = parts, _Rest(_fields(head), base64.b64encode(digest).decode())
            # A mailing has one for each language and form; those of an earlier one go.
            if len(self._rests) >= 24:
                self._rests.clear()
            self._rests[mark] = known
        return known[1]

    def _form(
        self, key: SigningKey, names: tuple[bytes, ...], body_hash: str
    ) -> tuple[bytes, bytes]:
        """Return the field up to its ``b=``, as it is sent and as it is signed."""
        mark = key.selector, names, body_hash
        known = self._forms.get(mark)
        if known is None:
            listed = b":".join((*names, *SEALED)).decode()
            field = (
                f"DKIM-Signature: v=1; a={key.algorithm}; c=relaxed/relaxed; d={self.domain};\r\n "
                f"s={key.selector}; t={int(time.time())};\r\n h={_folded(listed)};\r\n "
                f"bh={body_hash};\r\n b="
            ).encode()
            known = field, Field("", field).canonical(relaxed=True).removesuffix(b"\r\n")
            if len(self._forms) >= 96:
                self._forms.clear()
            self._forms[mark] = known
        return known

    def sign(self, mail: Envelope) -> Envelope:
        """Return a copy with its signatures."""
        return Envelope(mail.sender, mail.recipient, (self.signatures(mail.parts), *mail.parts))


def _ends_header(part: bytes) -> bool:
    return b"\r\n\r\n" in part or part.startswith(b"\r\n")


def _cut(value: bytes) -> Iterator[bytes]:
    return (value[at : at + 72] for at in range(0, len(value), 72))


def _folded(names: str) -> str:
    lines, line = [], ""
    for name in names.split(":"):
        if line and len(line) + len(name) > 68:
            lines.append(f"{line}:")
            line = name
        else:
            line = f"{line}:{name}" if line else name
    return "\r\n ".join([*lines, line])
