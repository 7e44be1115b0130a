"""Write header fields and parts as bytes that every MTA carries: ASCII, CRLF, short lines.

stdlib's ``email.generator`` costs 128 to 357 µs a message and folds some headers wrongly; a mailing
needs six kinds of line. Non-ASCII headers are encoded words (RFC 2047), non-ASCII text is
quoted-printable or base64, the shorter one.
"""

import base64
import binascii
import re
from email.header import Header
from urllib.parse import quote

# Characters of a header value; what is longer is cut, since nobody reads it.
VALUE_MAX = 400
FOLD = "\r\n "
# Octets of a line of a header, as it should be, and of a body, less CRLF and some room (RFC 5322
# §2.1.1).
_HEADER_LINE_MAX = 78
_LINE_MAX = 990
_file_type = re.compile(r"[a-z0-9]{1,30}/[a-z0-9.+-]{1,70}")
_OPENED = {"text/html", "application/xhtml+xml", "image/svg+xml", "text/calendar"}
_controls = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_odd_octets = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def unstructured(name: str, value: str, *, most: int = VALUE_MAX) -> bytes:
    """Return a header field of free text, such as Subject (RFC 5322 §2.2.1), on one line.

    Args: most, characters of the value that are written.
    """
    return f"{name}: {_words(name, value, most)}\r\n".encode("ascii")


def mailbox(name: str, phrase: str, address: str, *, fold: bool = False) -> bytes:
    """Return a header field with one named mailbox (RFC 5322 §3.4).

    Args: fold, whether the address starts a line in any case, not only where it does not fit.
    """
    text = f"{name}: {_phrase(name, phrase)}"
    last_line = text.rpartition("\r\n")[2]
    joint = " "
    if fold or len(f"{last_line} <{address}>") > _HEADER_LINE_MAX:
        joint = FOLD
    return f"{text}{joint}<{address}>\r\n".encode("ascii")


def structured(name: str, *values: str, join: str = "") -> bytes:
    """Return a header field of ASCII values, each after the first on a line of its own.

    Args: join, what stands before each break.
    """
    return f"{name}: {f'{join}{FOLD}'.join(values)}\r\n".encode("ascii")


def text_part(subtype: str, text: str) -> bytes:
    """Return the headers and body of a text part; lines of ``text`` end with LF, CR or CRLF."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    encoding, body = _encoded(raw)
    head = (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    return head.encode() + body.replace(b"\n", b"\r\n")


def file_part(name: str, content_type: str, content: bytes) -> bytes:
    """Return the headers and body of a file, whose name may be in any script (RFC 2231).

    A type that programs would open by themselves, or that may not be encoded (RFC 2046 §5.2.1), is
    only bytes.
    """
    sent_type = _sent_type(content_type.lower())
    return b"".join(
        (
            f"Content-Type: {sent_type}\r\nContent-Transfer-Encoding: base64\r\n".encode(),
            structured("Content-Disposition", "attachment;", _file_name(name)),
            b"\r\n",
            base64.encodebytes(content).replace(b"\n", b"\r\n"),
        )
    )


def _sent_type(content_type: str) -> str:
    if content_type in _OPENED or content_type.startswith(("message/", "multipart/")):
        return "application/octet-stream"
    if _file_type.fullmatch(content_type) is None:
        return "application/octet-stream"
    return content_type


def _file_name(name: str) -> str:
    """Return the parameter of Content-Disposition that names a file (RFC 2231)."""
    shown = _controls.sub(" ", name).strip().rpartition("/")[2].rpartition("\\")[2] or "file"
    if len(shown) > 70:
        # The end of a long name says what it is.
        shown = f"{shown[:58]}…{shown[-11:]}"
    if shown.isascii() and set('"%').isdisjoint(shown):
        return f'filename="{shown}"'
    return f"filename*=utf-8''{quote(shown, safe='')}"


def _words(name: str, value: str, most: int = VALUE_MAX) -> str:
    value = _controls.sub(" ", value).strip()[:most]
    charset = "us-ascii"
    # Blanks that stand together are encoded, so that no fold takes one away.
    if not _reads_as_written(value) or "  " in value:
        charset = "utf-8"
    return Header(value, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")


def _phrase(name: str, value: str) -> str:
    value = _controls.sub(" ", value).strip()[:VALUE_MAX]
    if not _reads_as_written(value):
        return _words(name, value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _reads_as_written(value: str) -> bool:
    """Whether a header value needs no encoding: it is ASCII, and no encoded word by chance."""
    return value.isascii() and "=?" not in value


def _encoded(raw: bytes) -> tuple[str, bytes]:
    """Return the transfer encoding and the encoded octets, with LF line ends."""
    if _passes_unchanged(raw):
        return "7bit", raw
    quoted = binascii.b2a_qp(raw, istext=True)
    if quoted.startswith(b"From "):
        quoted = b"=46" + quoted[1:]
    quoted = quoted.replace(b"\nFrom ", b"\n=46rom ")
    if len(quoted) <= len(raw) * 4 // 3:
        return "quoted-printable", quoted
    return "base64", base64.encodebytes(raw.replace(b"\n", b"\r\n"))


def _passes_unchanged(raw: bytes) -> bool:
    """Whether every MTA and mailbox carries some text as it is, with LF line ends."""
    if not raw.isascii() or _odd_octets.search(raw) is not None:
        return False
    lines = raw.split(b"\n")
    if max(map(len, lines)) > _LINE_MAX:
        return False
    # Such a line is escaped on its way through mbox files.
    return not any(line.startswith(b"From ") for line in lines)
