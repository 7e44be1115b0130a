"""Tell signed and encrypted messages from others, and find what was signed.

Nothing is verified or decrypted here.

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
# Pieces that a streamed signature is cut into, at most; at 1 kB each they hold more than a message
# may.
_MAX_PIECES = 300_000
# Tags: an OCTET STRING whole and in pieces, and [0], with which the content is tagged explicitly.
_OCTETS, _STREAM, _EXPLICIT = 0x04, 0x24, 0xA0


def signer_of(protocol: str | bytes) -> str:
    """Return with what a multipart/signed is signed: OpenPGP or S/MIME.

    Args: protocol, the parameter of that name, or the header of the signature.
    """
    octets = protocol.encode("utf-8", "replace") if isinstance(protocol, str) else protocol
    return PGP if b"pgp" in octets.lower() else SMIME


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
    lines = [line.removeprefix("- ") for line in words.rstrip("\n").split("\n")]
    return "\n".join(lines) + f"\n\n-- \n{_SIGNATURE}{signature}"


def cms_kind(data: bytes) -> str:
    """Return ``signed`` or ``encrypted`` for the octets of an application/pkcs7-mime part.

    Returns: empty for what is neither.
    """
    head = data[:64]
    if _SIGNED_DATA in head:
        return "signed"
    if any(mark in head for mark in _ENVELOPED):
        return "encrypted"
    return ""


def signed_content(data: bytes) -> bytes:
    """Return what stands within signed data (RFC 5652 §5.2), empty when it cannot be read.

    Linear; looks at lengths alone and never beyond the data.
    """
    at = data.find(_DATA, 0, 4_096)
    if at < 0:
        return b""
    tag, start, _end = _element(data, at + len(_DATA))
    if tag != _EXPLICIT:
        return b""
    tag, start, end = _element(data, start)
    if tag == _STREAM:
        return _pieces(data, start, len(data) if end is None else end)
    if tag != _OCTETS or end is None:
        return b""
    return data[start:end]


def _pieces(data: bytes, at: int, end: int) -> bytes:
    """Join the pieces of an OCTET STRING that was written as a stream."""
    pieces: list[bytes] = []
    while at < end and len(pieces) < _MAX_PIECES:
        tag, start, stop = _element(data, at)
        if tag != _OCTETS or stop is None:
            break
        pieces.append(data[start:stop])
        at = stop
    return b"".join(pieces)


def _element(data: bytes, at: int) -> tuple[int, int, int | None]:
    """Return tag, start and end of the content of the element at ``at``.

    The end is None for an indefinite length; the tag is -1 where there is no element.
    """
    if at + 2 > len(data):
        return -1, at, None
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        return tag, start, None
    if length > 0x80:
        count = length & 0x7F
        if count > 4:
            return -1, at, None
        if start + count > len(data):
            return -1, at, None
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        return -1, at, None
    return tag, start, start + length
