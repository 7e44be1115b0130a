"""Write header fields and text parts as bytes that every MTA carries: ASCII, CRLF, no line over 998
octets.

stdlib's ``email.generator`` costs 128 to 357 µs a message and folds some headers wrongly; a mailing
needs six kinds of line. Non-ASCII headers are encoded words (RFC 2047), non-ASCII text is
quoted-printable or base64, the shorter one.
"""

import base64
import binascii
import re
from email.header import Header
from urllib.parse import quote

# Letters of a header value; what is longer is cut, since nobody reads it.
VALUE_MAX = 400
FOLD = "\r\n "
# Octets of a line, less CRLF and some room (RFC 5322 §2.1.1).
_LINE_MAX = 990
_file_type = re.compile(r"[a-z0-9]{1,30}/[a-z0-9.+-]{1,70}")
_OPENED = {"text/html", "application/xhtml+xml", "image/svg+xml", "text/calendar"}
_controls = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_odd_octets = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def unstructured(name: str, value: str, *, most: int = VALUE_MAX) -> bytes:
    """Return a header field of free text, such as Subject (RFC 5322 §2.2.1); line breaks in it
    become blanks.

    Args: most, characters of the value that are written.
    """
    return f"{name}: {_words(name, value, most)}\r\n".encode("ascii")


def mailbox(name: str, phrase: str, address: str, *, fold: bool = False) -> bytes:
    """Return a header field with one named mailbox (RFC 5322
    §3.4); ``fold`` breaks before the address in any case.
    """
    text = _phrase(name, phrase)
    # The address starts a line of its own when both do not fit into 78 octets.
    last = len(text.rpartition("\r\n")[2]) + (0 if "\r\n" in text else len(name) + 2)
    joint = " " if not fold and last + len(address) + 3 <= 78 else FOLD
    return f"{name}: {text}{joint}<{address}>\r\n".encode("ascii")


def structured(name: str, *values: str, join: str = "") -> bytes:
    """Return a header field of ASCII values; each after the
    first starts a line (``join`` stands before the break).
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
    kind = content_type.lower()
    if (
        not _file_type.fullmatch(kind)
        or kind.startswith(("message/", "multipart/"))
        or kind in _OPENED
    ):
        kind = "application/octet-stream"
    shown = _controls.sub(" ", name).strip().rpartition("/")[2].rpartition("\\")[2] or "file"
    # The end of a long name says what it is.
    shown = shown if len(shown) <= 70 else f"{shown[:58]}…{shown[-11:]}"
    is_plain = shown.isascii() and not set('"%') & set(shown)
    disposition = f'filename="{shown}"' if is_plain else f"filename*=utf-8''{quote(shown, safe='')}"
    return b"".join(
        (
            f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n".encode(),
            structured("Content-Disposition", "attachment;", disposition),
            b"\r\n",
            base64.encodebytes(content).replace(b"\n", b"\r\n"),
        )
    )


def _words(name: str, value: str, most: int = VALUE_MAX) -> str:
    value = _controls.sub(" ", value).strip()[:most]
    # Text that looks like an encoded word is encoded, so that it is read as it was written; blanks
    # that stand together are, so that no fold takes one away.
    is_plain = value.isascii() and "=?" not in value and "  " not in value
    charset = "us-ascii" if is_plain else "utf-8"
    return Header(value, charset, maxlinelen=76, header_name=name).encode(linesep="\r\n")


def _phrase(name: str, value: str) -> str:
    value = _controls.sub(" ", value).strip()[:VALUE_MAX]
    if value.isascii() and "=?" not in value:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _words(name, value)


def _encoded(raw: bytes) -> tuple[str, bytes]:
    """Return the transfer encoding and the encoded octets, with LF line ends."""
    longest = max(map(len, raw.split(b"\n")))
    # "From " at a line's start is escaped on its way through mbox files: better it never stands
    # there.
    if (
        raw.isascii()
        and longest <= _LINE_MAX
        and not _odd_octets.search(raw)
        and b"\nFrom " not in b"\n" + raw
    ):
        return "7bit", raw
    quoted = binascii.b2a_qp(raw, istext=True)
    if quoted.startswith(b"From "):
        quoted = b"=46" + quoted[1:]
    quoted = quoted.replace(b"\nFrom ", b"\n=46rom ")
    if len(quoted) <= len(raw) * 4 // 3:
        return "quoted-printable", quoted
    return "base64", base64.encodebytes(raw.replace(b"\n", b"\r\n"))
