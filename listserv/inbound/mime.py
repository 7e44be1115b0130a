"""Say what a mail says: subject, people, identifiers, the text its author means to be read, the files.

Never raises: what is broken is read as far as it goes and the raw mail is kept beside it. Plain text is preferred,
HTML is turned into text, charsets are repaired (:mod:`listserv.inbound.charset`), format=flowed is joined.

Source: RFC 5322, 2045–2047, 2183 (disposition), 2231, 3676 (flowed), 3834 (auto-submitted).
"""

import binascii
import mimetypes
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from listserv.inbound import structure
from listserv.inbound.charset import decode
from listserv.inbound.headers import Headers, addresses, lenient_base64, message_ids, parameters
from listserv.inbound.htmltext import to_text
from listserv.inbound.structure import Part

# Signatures and cards that programs add by themselves; people do not mean them as files. The raw mail keeps them.
_NOISE = {
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "application/pgp-keys", "text/x-vcard", "text/vcard", "application/ms-tnef",
}  # fmt: skip
_MAX_LEAVES = structure.MAX_PARTS
# Octets of text that are read, quotes and all; a mail with more is refused (``Mail.is_cut``), since it cannot be judged
# in the time a session waits.
MAX_TEXT = 2_000_000


@dataclass(frozen=True)
class File:
    """A file that came with a mail."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Mail:
    """What was read; identifiers have no angle brackets, addresses are in lower case."""

    headers: Headers = field(repr=False)
    subject: str
    from_addresses: tuple[str, ...]
    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    auto_submitted: str
    text: str
    files: tuple[File, ...] = ()
    is_cut: bool = False


def parse(raw: bytes) -> Mail:
    """Return what the mail says; never raises, for any bytes."""
    try:
        root = structure.scan(raw)
    except structure.TooManyParts:
        # The guard refuses these; whoever asks for one all the same gets its header and its source as text.
        root = Part(0, structure.header_end(raw, 0, min(len(raw), structure.MAX_HEADER)), len(raw))
    headers = Headers(root.header_bytes(raw))
    reader = _Reader(raw)
    text = reader.read(root, headers)
    ids = [value.strip("<>") for value in message_ids(headers.raw("message-id"))]
    return Mail(
        headers=headers,
        subject=clean(headers.text("subject"))[:1000],
        from_addresses=tuple(address for value in headers.all("from")[:5] for address in addresses(value)),
        message_id=clean(ids[0])[:250] if ids else "",
        in_reply_to=_ids(headers.raw("in-reply-to")),
        references=_ids(headers.raw("references")),
        date=_date(headers.raw("date")),
        auto_submitted=headers.raw("auto-submitted").partition(";")[0].strip().lower()[:100],
        text=clean(text),
        files=tuple(reader.files),
        is_cut=reader.text_left < 0,
    )


def clean(text: str) -> str:
    """Return ``text`` as a database and a page can hold it: no NUL, no lone surrogate, newlines as ``\\n``."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def _ids(value: str) -> tuple[str, ...]:
    return tuple(clean(found[1:-1]) for found in message_ids(value))


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value[:100])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


class _Reader:
    """Walks the parts (at most :data:`structure.MAX_DEPTH` deep) and collects the files."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.files: list[File] = []
        # One mail may cost so much guessing and so much text, however many parts it has.
        self.guesses = 4
        self.text_left = MAX_TEXT

    def read(self, part: Part, headers: Headers) -> str:
        """Return the text to be read in ``part``."""
        kind, params = parameters(headers.raw("content-type"))
        if part.children:
            if kind == "multipart/alternative":
                return self.alternative(part)
            return self.mixed(part, signed=kind == "multipart/signed", digest=kind == "multipart/digest")
        kind = kind if "/" in kind and not kind.startswith("multipart/") else "text/plain"
        return self.leaf(part, headers, kind, params)

    def mixed(self, part: Part, *, signed: bool, digest: bool) -> str:
        """Join the texts of the children."""
        children = part.children[:1] if signed else part.children
        texts = []
        for child in children:
            headers = Headers(child.header_bytes(self.raw))
            if digest and "content-type" not in headers:
                headers.fields["content-type"] = ["message/rfc822"]
            texts.append(self.read(child, headers))
        return "\n\n".join(text.strip("\n") for text in texts if text.strip())

    def alternative(self, part: Part) -> str:
        """Return the plain version where it says something, else the last one that does."""
        plain, other = "", ""
        for child in part.children:
            headers = Headers(child.header_bytes(self.raw))
            kind = parameters(headers.raw("content-type"))[0]
            before = len(self.files)
            text = self.read(child, headers)
            if kind in {"text/plain", ""} and text.strip():
                plain = plain or text
            elif text.strip():
                other = text
            elif kind.startswith(("text/", "multipart/")) and kind != "text/calendar":
                continue
            if plain and kind == "multipart/related":
                # Pictures of the HTML version: the plain one does not show them.
                del self.files[before:]
        return plain or other

    def leaf(self, part: Part, headers: Headers, kind: str, params: dict[str, str]) -> str:
        """Return a text part's text, or keep the part as a file and return nothing."""
        how, disposition = parameters(headers.raw("content-disposition"))
        name = disposition.get("filename") or params.get("name") or ""
        data = self.body(part, headers)
        inline = kind.startswith("text/") and kind not in {"text/calendar", "text/x-vcard", "text/vcard"}
        if inline and how != "attachment" and not name:
            return self.text(data, kind, params)
        if kind not in _NOISE and data.strip() and len(self.files) < _MAX_LEAVES:
            self.files.append(File(self.file_name(name, kind, data), kind[:100], data))
        return ""

    def text(self, data: bytes, kind: str, params: dict[str, str]) -> str:
        """Return decoded text as its author saw it."""
        length = len(data)
        data = data[: max(self.text_left, 0)]
        self.text_left -= length
        if not data.isascii():
            self.guesses -= 1
        text = decode(data, params.get("charset", ""), guess=self.guesses >= 0)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if kind in {"text/html", "text/enriched", "text/richtext"}:
            return to_text(text)
        if params.get("format", "").lower() == "flowed":
            return flow(text, delsp=params.get("delsp", "").lower() == "yes")
        return text

    def body(self, part: Part, headers: Headers) -> bytes:
        """Return the octets of a part with its transfer encoding undone, as far as that goes."""
        data = part.body_bytes(self.raw)
        words = headers.raw("content-transfer-encoding").lower().replace(";", " ").split()
        how = words[0].strip("\"'") if words else ""
        if how == "base64":
            return lenient_base64(data)
        if how == "quoted-printable":
            return binascii.a2b_qp(data)
        if how in {"x-uuencode", "uuencode", "x-uue", "uue"}:
            return uudecode(data)
        return data

    def file_name(self, name: str, kind: str, data: bytes) -> str:
        """Return a file name that is safe to show and to offer: no path, no control characters."""
        name = "".join(char if char.isprintable() else " " for char in clean(name)).replace("\\", "/")
        name = " ".join(name.rpartition("/")[2].split()).strip(". ")
        if kind == "message/rfc822":
            if not name:
                head = data[: structure.header_end(data, 0, min(len(data), 65_536))]
                name = clean(Headers(head).text("subject"))[:80].replace("/", " ").strip(". ") or "message"
            name = name if name.lower().endswith(".eml") else f"{name}.eml"
        stem, dot, ending = name.rpartition(".")
        if not dot or not ending.isalnum():
            guessed = mimetypes.guess_extension(kind) or (".txt" if kind.startswith(("text/", "message/")) else ".bin")
            name = (name or f"attachment-{len(self.files) + 1}") + guessed
        if len(name) > 200:
            stem, _dot, ending = name.rpartition(".")
            name = f"{stem[:180]}.{ending[:19]}"
        return name


def flow(text: str, *, delsp: bool = False) -> str:
    """Join the lines of format=flowed text (RFC 3676 §4.2); quoted lines flow within their depth."""
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        content = line[depth:].removeprefix(" ")
        flows = content.endswith(" ") and content != "-- "
        piece = content[:-1] if flows and delsp else content
        if open_depth == depth and content != "-- ":
            out[-1].append(piece)
        else:
            out.append([">" * depth + " " if depth else "", piece])
        open_depth = depth if flows else -1
    return "\n".join(line if line == "-- " else line.rstrip() for line in map("".join, out))


def uudecode(data: bytes) -> bytes:
    """Return the octets of uuencoded data; broken lines are left out."""
    out = bytearray()
    for line in data.splitlines():
        if line.startswith(b"begin ") or not line.strip():
            continue
        # A line may say that it is longer than it is, and is then filled up: not beyond what was sent.
        if line.strip() == b"end" or len(out) > len(data):
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            # Some encoders write more than the count says (the standard library's own work-around).
            count = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(line[:count])
            except binascii.Error:
                continue
    return bytes(out)
