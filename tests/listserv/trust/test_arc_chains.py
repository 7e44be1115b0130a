"""ARC chains of our own, sealed here from the RFC: whole ones pass, and every way of breaking one fails."""

import base64
import re
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from listserv.trust import arc
from listserv.trust.canonical import Message
from tests.listserv.trust.zone import Zone, rsa_key

MAIL = (
    b"From: Amina <amina@author.example>\r\nTo: risk@lists.hub.example\r\nSubject: Distances\r\n"
    b"Date: Tue, 24 Nov 2026 10:12:00 +0000\r\nMessage-ID: <1@author.example>\r\n\r\nForty metres.\r\n"
)
HOPS = ("first.example", "second.example", "third.example")


def _relaxed(field: str) -> bytes:
    name, _colon, value = field.partition(":")
    return f"{name.lower()}:{' '.join(value.split())}\r\n".encode()


def _sign(fields: list[str]) -> str:
    """Return the signature over fields, the last of which ends with its own empty ``b=`` (RFC 8617 §5.1.1)."""
    key = serialization.load_pem_private_key(rsa_key(2048)[0], None)
    data = b"".join(map(_relaxed, fields)).removesuffix(b"\r\n")
    return base64.b64encode(key.sign(data, padding.PKCS1v15(), hashes.SHA256())).decode()


def sealed(hops: int) -> bytes:
    """Return the mail as so many intermediaries have passed it on, written after RFC 8617 by itself."""
    head, _empty, body = MAIL.decode().partition("\r\n\r\n")
    named = {field.partition(":")[0].lower(): field for field in head.split("\r\n")}
    digest = base64.b64encode(sha256(body.encode()).digest()).decode()
    chain: list[str] = []
    for number, domain in enumerate(HOPS[:hops], start=1):
        before = "none" if number == 1 else "pass"
        chain.append(f"ARC-Authentication-Results: i={number}; {domain}; arc={before}")
        made = f"ARC-Message-Signature: i={number}; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s;"
        made += f" h=from:to:subject; bh={digest}; b="
        chain.append(made + _sign([named["from"], named["to"], named["subject"], made]))
        seal = f"ARC-Seal: i={number}; a=rsa-sha256; cv={before}; d={domain}; s=s; b="
        chain.append(seal + _sign([*chain, seal]))
    return "".join(f"{field}\r\n" for field in reversed(chain)).encode() + MAIL


def zone(**options) -> Zone:
    return Zone({f"s._domainkey.{domain}": {"TXT": [rsa_key(2048)[1]]} for domain in HOPS}, **options)


async def test_a_mail_without_a_chain_has_none():
    assert await arc.verify(Message(MAIL), zone()) == "none"


@pytest.mark.parametrize("hops", [1, 2, 3])
async def test_a_whole_chain_passes(hops):
    assert await arc.verify(Message(sealed(hops)), zone()) == "pass"


BREAKS = {
    "another body": lambda raw: raw.replace(b"Forty metres", b"Fifty metres"),
    "another author": lambda raw: raw.replace(b"From: Amina", b"From: Mallory"),
    "a seal taken away": lambda raw: re.sub(rb"ARC-Seal: i=1;.*?\r\n(?![ \t])", b"", raw, flags=re.DOTALL),
    "results changed": lambda raw: raw.replace(b"arc=none", b"arc=fail"),
    "an instance twice": lambda raw: raw.replace(b"i=2;", b"i=1;"),
    "a hole": lambda raw: raw.replace(b"i=2;", b"i=3;"),
    "no number": lambda raw: raw.replace(b"i=2;", b"i=x;"),
    "a number of twenty digits": lambda raw: raw.replace(b"i=2;", b"i=" + b"9" * 20 + b";"),
    "a chain that had failed": lambda raw: raw.replace(b"cv=pass", b"cv=fail"),
    "a first seal that claims more": lambda raw: raw.replace(b"cv=none", b"cv=pass"),
}


@pytest.mark.parametrize("name", BREAKS)
async def test_a_broken_chain_fails(name):
    raw = sealed(2)
    broken = BREAKS[name](raw)
    assert broken != raw
    assert await arc.verify(Message(broken), zone()) == "fail"


async def test_a_key_that_is_not_there_fails_and_one_not_answered_is_tried_later():
    assert await arc.verify(Message(sealed(2)), Zone({})) == "fail"
    silent = zone(silent=[f"s._domainkey.{domain}" for domain in HOPS])
    assert await arc.verify(Message(sealed(2)), silent) == "temperror"
