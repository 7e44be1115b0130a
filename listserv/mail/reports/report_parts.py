"""Take a report apart: its texts, its fields for programs, and the copy of the mail it is about.

Never raises and reads a bounded amount, whatever the mail holds. Source: RFC 6522
(multipart/report), RFC 2046.
"""

from dataclasses import dataclass, field

from listserv.mail.parse import structure
from listserv.mail.parse.charset import decode
from listserv.mail.parse.headers import Headers, parameters
from listserv.mail.parse.html_text import to_text
from listserv.mail.parse.structure import Part
from listserv.mail.parse.transfer import undo

# Octets of a part that are read, and parts that are looked at; reports say what they have to say
# long before.
MAX_PART = 100_000
MAX_LEAVES = 60
_ORIGINALS = frozenset(
    "message/rfc822 message/global text/rfc822-headers message/rfc822-headers "
    "message/global-headers text/rfc822 "
    "message/partial message/rfc822-header text/rfc822-header".split()
)
_FIELDS = frozenset(
    {"message/delivery-status", "message/global-delivery-status", "text/delivery-status"}
)


@dataclass(frozen=True)
class Leaf:
    """A part that holds no others: its type in lower
    case, and its text with the transfer encoding undone.
    """

    kind: str
    headers: Headers = field(repr=False)
    text: str = field(repr=False)

    @property
    def is_original(self) -> bool:
        """Whether it is the mail that the report is about, or its header."""
        return self.kind in _ORIGINALS

    @property
    def is_fields(self) -> bool:
        """Whether it holds fields about deliveries (RFC 3464 §2)."""
        return self.kind in _FIELDS


@dataclass(frozen=True)
class Taken:
    """A mail taken apart: the outermost header and type, and the leaves in their order."""

    headers: Headers = field(repr=False)
    kind: str
    report_type: str
    leaves: tuple[Leaf, ...]

    @property
    def text(self) -> str:
        """Return what people read: plain text, the HTML
        where there is none; never the returned mail.
        """
        shown = [
            leaf for leaf in self.leaves if leaf.kind.startswith("text/") and not leaf.is_original
        ]
        plain = [leaf.text for leaf in shown if leaf.kind != "text/html" and leaf.text.strip()]
        html = [to_text(leaf.text) for leaf in shown if leaf.kind == "text/html"]
        return "\n\n".join(plain or html)

    def original(self) -> Headers | None:
        """Return the header of the mail that the report is about, where it is a part of its own."""
        for leaf in self.leaves:
            if leaf.is_original and leaf.text.strip():
                raw = leaf.text.lstrip().encode("utf-8", "replace")
                return Headers(
                    raw[: structure.header_end(raw, 0, min(len(raw), structure.MAX_HEADER))]
                )
        return None


def take_apart(raw: bytes) -> Taken:
    """Return the parts of a mail; never raises."""
    raw = structure.with_newlines(raw)
    try:
        root = structure.scan(raw)
    except structure.TooManyParts:
        root = Part(*structure.message_header(raw), len(raw))
    headers = Headers(root.header_bytes(raw))
    kind, params = parameters(headers.raw("content-type"))
    leaves: list[Leaf] = []
    _walk(raw, root, headers, leaves)
    return Taken(headers, kind, params.get("report-type", "").strip().lower(), tuple(leaves))


def _walk(raw: bytes, part: Part, headers: Headers, leaves: list[Leaf]) -> None:
    """Collect the leaves; the depth was bounded when the parts were found."""
    if part.children:
        for child in part.children:
            if len(leaves) < MAX_LEAVES:
                _walk(raw, child, Headers(child.header_bytes(raw)), leaves)
        return
    kind, params = parameters(headers.raw("content-type"))
    kind = kind if "/" in kind and not kind.startswith("multipart/") else "text/plain"
    if not kind.startswith("message/") and _file_name(headers, params).endswith(".eml"):
        kind = "message/rfc822"
    data = _body(raw[part.body : min(part.end, part.body + MAX_PART)], headers)
    if kind.startswith(("text/", "message/")) or kind == "application/json" or not leaves:
        leaves.append(Leaf(kind, headers, _text(data, params.get("charset", ""))))


def _file_name(headers: Headers, params: dict[str, str]) -> str:
    named = parameters(headers.raw("content-disposition"))[1]
    return (named.get("filename") or params.get("name") or "").strip().lower()


def _body(data: bytes, headers: Headers) -> bytes:
    decoded = undo(data, headers.raw("content-transfer-encoding"))
    return b"\n".join(filter(None, (decoded.data, decoded.below)))


def _text(data: bytes, charset: str) -> str:
    text = decode(data, charset, guess=False)
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
