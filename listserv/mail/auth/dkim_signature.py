"""One signature and its key: tags, limits, and whether the bytes are what was signed.

RSA below 1,024 bits, SHA-1 and a body signed in part (``l=``) prove nothing here.

Source: RFC 6376 §3, RFC 8301 (algorithms, key sizes), RFC 8463 (Ed25519).
"""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from listserv.mail.auth.canonical import Field, SignedMessage
from listserv.mail.auth.dmarc import ascii_domain

# Bits of an RSA key: the least is the RFC's; more than the most costs more to check than a message
# is worth.
RSA_BITS = (1_024, 8_192)
MAX_TAGS = 60
# Fields that one signature covers; honest ones have thirty.
MAX_NAMES = 300
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,60}\Z")
_ALGORITHMS = {"rsa-sha256": "rsa", "ed25519-sha256": "ed25519"}
_FORMS = {"simple": False, "relaxed": True}
# Services that a key may be limited to for it to sign mail.
_SERVICES = frozenset({"*", "email"})


class BadSignatureError(ValueError):
    """A signature or its key cannot be used: permerror; ``reason`` is for the record."""


@dataclass(frozen=True)
class Key:
    """A published key: the flags and the service types that its record limits it to."""

    public: RSAPublicKey | Ed25519PublicKey
    flags: frozenset[str]

    @property
    def bits(self) -> int:
        """Size of an RSA key; 256 for Ed25519."""
        return self.public.key_size if isinstance(self.public, RSAPublicKey) else 256


def tags(text: str) -> dict[str, str]:
    """Return a tag list with white space at both ends of names and values left out.

    Raises: BadSignatureError.
    """
    values: dict[str, str] = {}
    pieces = text.split(";")[:MAX_TAGS]
    # One semicolon may end the list; an empty place before that is a fault.
    if not pieces[-1].strip():
        pieces.pop()
    for piece in pieces:
        name, equals, value = piece.partition("=")
        name = name.strip()
        if not equals or name in values:
            raise BadSignatureError("syntax")
        if not name.replace("_", "").isalnum():
            raise BadSignatureError("syntax")
        values[name] = value.strip()
    return values


def packed(text: str) -> bytes:
    """Return what base64 with white space in it stands for. Raises: BadSignatureError."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignatureError("base64") from error


def read_key(record: str, algorithm: str) -> Key:
    """Return the key of a record.

    Raises: BadSignatureError (revoked, of another kind, too short, unreadable).
    """
    key_tags = tags(record)
    # The version may be missing; else it comes first (RFC 6376 §3.6.1).
    if "v" in key_tags and next(iter(key_tags.items())) != ("v", "DKIM1"):
        raise BadSignatureError("key version")
    kind = key_tags.get("k", "rsa")
    if kind != _ALGORITHMS.get(algorithm):
        raise BadSignatureError("key type")
    if "sha256" not in listed(key_tags.get("h", "sha256")):
        raise BadSignatureError("key hash")
    if _SERVICES.isdisjoint(listed(key_tags.get("s", "*"))):
        raise BadSignatureError("key service")
    material = packed(key_tags.get("p", ""))
    if not material:
        raise BadSignatureError("key revoked")
    return Key(_public(kind, material), frozenset(listed(key_tags.get("t", ""))))


def _public(kind: str, material: bytes) -> RSAPublicKey | Ed25519PublicKey:
    """Return the key of a kind that octets stand for. Raises: BadSignatureError."""
    try:
        if kind == "ed25519":
            return Ed25519PublicKey.from_public_bytes(material)
        public = load_der_public_key(material)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadSignatureError("key unreadable") from error
    if not isinstance(public, RSAPublicKey):
        raise BadSignatureError("key type")
    if not RSA_BITS[0] <= public.key_size <= RSA_BITS[1]:
        raise BadSignatureError("key size")
    return public


def listed(text: str) -> list[str]:
    """Return the names of a list with colons, in lower case."""
    return [name.strip().lower() for name in text.split(":") if name.strip()]


def without_b(value: bytes) -> bytes:
    """Return the value of a signature field with nothing behind ``b=`` (RFC 6376 §3.7)."""
    # The line end of the field is no part of its last tag.
    tag_list = value.removesuffix(b"\r\n")
    line_end = value[len(tag_list) :]
    return b";".join(map(_without_b, tag_list.split(b";"))) + line_end


def _without_b(tag: bytes) -> bytes:
    name, equals, _value = tag.partition(b"=")
    if name.strip() != b"b":
        return tag
    return name + equals


@dataclass(frozen=True)
class DkimSignature:
    """A signature field, read and checked for form.

    ``form`` holds where it names no canonical form.
    """

    field: Field
    tags: dict[str, str]
    algorithm: str
    domain: str
    selector: str
    form: str = "simple/simple"

    @classmethod
    def read(cls, field: Field, *, needs: str, form: str = "simple/simple") -> "DkimSignature":
        """Return a signature; ``needs`` names its obligatory tags. Raises: BadSignatureError."""
        field_tags = tags(field.text)
        if not all(_has_tag(field_tags, name) for name in needs.split()):
            raise BadSignatureError("missing tag")
        if field_tags["a"].lower() not in _ALGORITHMS:
            raise BadSignatureError("algorithm")
        names = (ascii_domain(field_tags["d"]), ascii_domain(field_tags["s"]))
        if any(not _NAME.match(name) for name in names):
            raise BadSignatureError("domain")
        if len(listed(field_tags.get("h", ""))) > MAX_NAMES:
            raise BadSignatureError("too many fields")
        return cls(field, field_tags, field_tags["a"].lower(), *names, form=form)

    @property
    def key_name(self) -> str:
        """Where the key is published."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def names(self) -> list[str]:
        """The fields it covers."""
        return listed(self.tags.get("h", ""))

    def forms(self) -> tuple[bool, bool]:
        """Return whether header and body are in relaxed form. Raises: BadSignatureError."""
        header, _slash, rest = self.tags.get("c", self.form).lower().partition("/")
        try:
            return _FORMS[header], _FORMS[rest or "simple"]
        except KeyError as error:
            raise BadSignatureError("canonicalization") from error

    def covers_body(self, message: SignedMessage) -> bool:
        """Whether the body is the one that was signed. Costs time in proportion to its size."""
        digest = message.body_digest(relaxed=self.forms()[1])
        return hmac.compare_digest(packed(self.tags["bh"]), digest)

    def covers_header(self, message: SignedMessage, key: Key) -> bool:
        """Whether the signed fields are those that were signed."""
        relaxed = self.forms()[0]
        signed = message.signed_fields(self.names, without=self.field)
        data = [field.canonical(relaxed=relaxed) for field in signed]
        return self.matches(b"".join(data), key, relaxed=relaxed)

    def matches(self, data: bytes, key: Key, *, relaxed: bool) -> bool:
        """Whether the signature is one over ``data`` and its own field."""
        own = self.field.canonical(relaxed=relaxed, value=without_b(self.field.value)).removesuffix(
            b"\r\n"
        )
        digest = sha256(data + own).digest()
        signature = packed(self.tags["b"])
        try:
            if isinstance(key.public, RSAPublicKey):
                key.public.verify(signature, digest, PKCS1v15(), Prehashed(SHA256()))
            else:
                key.public.verify(signature, digest)
        except InvalidSignature:
            return False
        return True


def _has_tag(field_tags: Mapping[str, str], name: str) -> bool:
    """Whether a signature has a tag; only the list of fields may be empty."""
    if name == "h":
        return name in field_tags
    return field_tags.get(name, "") != ""
