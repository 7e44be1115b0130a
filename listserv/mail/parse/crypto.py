"""Tell signed and encrypted mails from others, and find what was signed. Nothing is verified or
decrypted here.

Source: RFC 1847 (multipart/signed, multipart/encrypted), RFC 8551 (S/MIME), RFC 5652 (CMS), RFC
3156 and 9580 (OpenPGP).
"""

SMIME, PGP = "S/MIME", "OpenPGP"
PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
# Object identifiers of CMS content types, as DER has them (RFC 5652 §5.1, §6.1).
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
_ENVELOPED = (bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("060b2a864886f70d0109100117"))
_DATA = bytes.fromhex("06092a864886f70d010701")
# Pieces that a streamed signature is cut into, at most; at 1 kB each they hold more than a mail
# may.
_MAX_PIECES = 300_000


def signer_of(protocol: str | bytes) -> str:
    """Return with what a multipart/signed is signed,
    by its protocol or the header of its signature.
    """
    named = protocol.lower() if isinstance(protocol, str) else protocol.lower().decode("latin-1")
    return PGP if "pgp" in named else SMIME


def is_encrypted_text(text: str) -> bool:
    """Whether a text is an OpenPGP message and nothing else."""
    return text.lstrip().startswith(_ENCRYPTED)


def without_armour(text: str) -> str | None:
    """Return what was signed within a text (RFC 9580 §7), None for one that was not signed so.

    The signature stands below a signature mark, where it is folded away and kept.
    """
    stripped = text.lstrip()
    if not stripped.startswith(_SIGNED):
        return None
    _marks, empty, rest = stripped.partition("\n\n")
    words, mark, signature = rest.partition(_SIGNATURE)
    if not empty or not mark:
        return None
    # Lines that begin with a dash are escaped (§7.2).
    lines = [line[2:] if line.startswith("- ") else line for line in words.rstrip("\n").split("\n")]
    return "\n".join(lines) + f"\n\n-- \n{_SIGNATURE}{signature}"


def cms_kind(data: bytes) -> str:
    """Return ``signed``, ``encrypted`` or empty for
    the octets of an application/pkcs7-mime part.
    """
    head = data[:64]
    if _SIGNED_DATA in head:
        return "signed"
    return "encrypted" if any(mark in head for mark in _ENVELOPED) else ""


def signed_content(data: bytes) -> bytes:
    """Return what stands within signed data (RFC 5652 §5.2), empty when it cannot be found.

    Linear; looks at lengths alone and never beyond the data.
    """
    at = data.find(_DATA, 0, 4_096)
    if at < 0:
        return b""
    # The content is tagged explicitly: [0] around an OCTET STRING.
    tag, start, _end = _element(data, at + len(_DATA))
    if tag != 0xA0:
        return b""
    tag, start, end = _element(data, start)
    if tag == 0x04 and end is not None:
        return data[start:end]
    return _pieces(data, start, len(data) if end is None else end) if tag == 0x24 else b""


def _pieces(data: bytes, at: int, end: int) -> bytes:
    """Join the pieces of an OCTET STRING that was written as a stream."""
    out: list[bytes] = []
    while at < end and len(out) < _MAX_PIECES:
        tag, start, stop = _element(data, at)
        if tag != 0x04 or stop is None:
            break
        out.append(data[start:stop])
        at = stop
    return b"".join(out)


def _element(data: bytes, at: int) -> tuple[int, int, int | None]:
    """Return tag, start and end of the element at ``at``;
    no end for an indefinite length, tag -1 for none.
    """
    if at + 2 > len(data):
        return -1, at, None
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        return tag, start, None
    if length > 0x80:
        count = length & 0x7F
        if count > 4 or start + count > len(data):
            return -1, at, None
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    return (tag, start, start + length) if start + length <= len(data) else (-1, at, None)
