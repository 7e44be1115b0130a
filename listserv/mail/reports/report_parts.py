"""Split a report: its texts, its fields for programs, and the copy of the message it is about.

Never raises and reads a bounded amount, whatever the message holds. Source: RFC 6522
(multipart/report), RFC 2046.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from listserv.mail.parse import structure
from listserv.mail.parse.charset import decode
from listserv.mail.parse.headers import Headers, parameters
from listserv.mail.parse.html_text import to_text
from listserv.mail.parse.structure import Part
from listserv.mail.parse.transfer import decode_transfer

# Octets of a part that are read, and parts that are looked at; reports come to the point long
# before.
MAX_PART_OCTETS = 100_000
MAX_LEAVES = 60
_ORIGINALS = frozenset(
    "message/rfc822 message/global text/rfc822-headers message/rfc822-headers "
    "message/global-headers text/rfc822 "
    "message/partial message/rfc822-header text/rfc822-header".split()
)
_STATUS_TYPES = frozenset(
    {"message/delivery-status", "message/global-delivery-status", "text/delivery-status"}
)


@dataclass(frozen=True)
class Leaf:
    """A part that holds no others: its type in lower case, and its text.

    The transfer encoding of the text is undone.
    """

    media_type: str
    headers: Headers = field(repr=False)
    text: str = field(repr=False)

    @property
    def is_original(self) -> bool:
        """Whether it is the message that the report is about, or its header."""
        return self.media_type in _ORIGINALS

    @property
    def is_delivery_status(self) -> bool:
        """Whether it holds fields about deliveries (RFC 3464 §2)."""
        return self.media_type in _STATUS_TYPES

    @property
    def is_html(self) -> bool:
        """Whether it is HTML."""
        return self.media_type == "text/html"

    @property
    def is_shown(self) -> bool:
        """Whether people read it: a text that is not the returned message."""
        return self.media_type.startswith("text/") and not self.is_original


@dataclass(frozen=True)
class SplitMessage:
    """A message split into its parts: the outermost header and type, and the leaves in order."""

    headers: Headers = field(repr=False)
    media_type: str
    report_type: str
    leaves: tuple[Leaf, ...]

    @cached_property
    def subject(self) -> str:
        """The subject as people read it."""
        return self.headers.text("subject")

    @cached_property
    def text(self) -> str:
        """What people read: plain text, the HTML where there is none.

        The returned message is not part of it.
        """
        shown = [leaf for leaf in self.leaves if leaf.is_shown]
        plain = list(filter(str.strip, (leaf.text for leaf in shown if not leaf.is_html)))
        if plain:
            return "\n\n".join(plain)
        return "\n\n".join(to_text(leaf.text) for leaf in shown if leaf.is_html)

    @cached_property
    def original(self) -> Headers | None:
        """The header of the message that the report is about, where it is a part of its own."""
        originals = (leaf.text.lstrip() for leaf in self.leaves if leaf.is_original)
        text = next(filter(None, originals), "")
        if not text:
            return None
        raw = text.encode("utf-8", "replace")
        end = structure.header_end(raw, 0, min(len(raw), structure.MAX_HEADER))
        return Headers(raw[:end])


def split_message(raw: bytes) -> SplitMessage:
    """Return the parts of a message; never raises."""
    raw = structure.with_newlines(raw)
    try:
        root = structure.scan(raw)
    except structure.TooManyParts:
        root = Part(*structure.message_header(raw), len(raw))
    headers = Headers(root.header_bytes(raw))
    media_type, params = parameters(headers.raw("content-type"))
    leaves: list[Leaf] = []
    _collect(raw, root, headers, leaves)
    report_type = params.get("report-type", "").strip().lower()
    return SplitMessage(headers, media_type, report_type, tuple(leaves))


def _collect(raw: bytes, part: Part, headers: Headers, leaves: list[Leaf]) -> None:
    """Collect the leaves; the depth was bounded when the parts were found."""
    if part.children:
        for child in part.children:
            if len(leaves) < MAX_LEAVES:
                _collect(raw, child, Headers(child.header_bytes(raw)), leaves)
        return
    stated_type, params = parameters(headers.raw("content-type"))
    media_type = _leaf_type(stated_type, _file_name(headers, params))
    if leaves and not _is_read(media_type):
        return
    data = _body(raw[part.body : min(part.end, part.body + MAX_PART_OCTETS)], headers)
    leaves.append(Leaf(media_type, headers, _text(data, params.get("charset", ""))))


def _leaf_type(stated: str, file_name: str) -> str:
    """Return the type of a leaf; plain text where the header states none that a leaf can have."""
    if stated.startswith("message/"):
        return stated
    if file_name.endswith(".eml"):
        return "message/rfc822"
    if "/" not in stated:
        return "text/plain"
    if stated.startswith("multipart/"):
        return "text/plain"
    return stated


def _is_read(media_type: str) -> bool:
    """Whether a part of this type may say something about a delivery."""
    if media_type == "application/json":
        return True
    return media_type.startswith(("text/", "message/"))


def _file_name(headers: Headers, params: Mapping[str, str]) -> str:
    disposition = parameters(headers.raw("content-disposition"))[1]
    names = (disposition.get("filename", ""), params.get("name", ""))
    return next(filter(None, names), "").strip().lower()


def _body(data: bytes, headers: Headers) -> bytes:
    decoded = decode_transfer(data, headers.raw("content-transfer-encoding"))
    return b"\n".join(filter(None, (decoded.data, decoded.below)))


def _text(data: bytes, charset: str) -> str:
    text = decode(data, charset, guess=False)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
