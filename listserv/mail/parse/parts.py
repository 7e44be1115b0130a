"""Walk the parts of a mail: the text its author means to be read, the files, and what is to be said
of the rest.

Envelopes of Outlook are opened, invitations read, signed mails looked into, pictures called by name
in the text (the modules beside this one). Never raises: what is broken is kept as a file.

Source: RFC 2045–2047, 2183 (disposition), 2387 (related), 1847 (signed), 3676 (flowed).
"""

from dataclasses import replace

from listserv.mail.parse import added_parts, crypto, file_kinds, images, structure, tnef, versions
from listserv.mail.parse.calendars import read_calendar
from listserv.mail.parse.charset import clean, decode
from listserv.mail.parse.dates import parse_date
from listserv.mail.parse.file_names import safe_name
from listserv.mail.parse.flowed import unflow
from listserv.mail.parse.headers import Headers, display_name, parameters
from listserv.mail.parse.html_text import charset_of_html, to_text
from listserv.mail.parse.message_files import File, mark_of, name_of
from listserv.mail.parse.part_notes import Forwarded, LeftOut, PartNote, SignedPart
from listserv.mail.parse.structure import Part
from listserv.mail.parse.transfer import Decoded, undo
from listserv.mail.trim.trimming import trim

# Cards and keys that programs add by themselves; the raw mail keeps them.
_NOISE = {"application/pgp-keys", "text/x-vcard", "text/vcard"}
_ENVELOPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
_CALENDARS = {"text/calendar", "application/ics"}
_MAX_LEAVES = structure.MAX_PARTS
_MAX_NOTES = 5
# Calendars that are read, and files up to which those of a forwarded mail are kept: more are a
# dump.
_MAX_CALENDARS = 2
_MANY_FILES = 30
_CONTENT_ID = (b"Content-ID", b"Content-Id", b"Content-id", b"content-id", b"CONTENT-ID")
# Octets of text that are read, quotes and all; a mail with more is refused (``Mail.is_cut``), since
# it cannot be judged in the time a session waits. An archive has the time.
MAX_TEXT = 2_000_000
_WHOLE_TEXT = 10 * MAX_TEXT


class PartsReader:
    """Walks the parts (at most :data:`structure.MAX_DEPTH` deep) and collects the files.

    Args: whole, keep what people do not mean as files too, as an archive must.
    """

    def __init__(self, raw: bytes, *, whole: bool = False, inner: bool = False) -> None:
        self.raw = raw
        self.whole, self.inner = whole, inner
        self.files: list[File] = []
        self.noise: list[File] = []  # kept when there is nothing else
        self.notes: list[PartNote] = []
        self.encrypted = ""
        self.calendars = 0
        self.related = 0  # multipart/related that are open
        # One mail may cost so much guessing and so much text, however many parts it has.
        self.guesses = 4
        self.text_left = _WHOLE_TEXT if whole else MAX_TEXT
        self.pictures: dict[str, str] = {}  # Content-ID -> file name
        self.named: dict[int, str] = {}  # offset of a picture's header -> file name
        self.unread: list[str] = []  # HTML versions of texts that were read in plain
        self.root: Part | None = None

    def run(self, root: Part, headers: Headers) -> str:
        """Return the text of the whole mail."""
        if any(name in self.raw for name in _CONTENT_ID):
            self._find_pictures(root)
        self.root = root
        text = self.read(root, headers)
        if not text.strip() and root.children and not self.encrypted:
            text = self.outside(root)
        self.files = [
            placed for file in self.files if (placed := self._placed(file, text)) is not None
        ]
        if not text.strip() and not self.files:
            self.files = self.noise[:1]
        return text

    def read(self, part: Part, headers: Headers) -> str:
        """Return the text to be read in ``part``."""
        kind, params = parameters(headers.raw("content-type"))
        if part.children:
            if kind == "multipart/alternative":
                return self.alternative(part)
            if kind == "multipart/encrypted":
                self.encrypted = crypto.PGP
            return self.mixed(part, kind, params)
        return self.leaf(part, headers, file_kinds.spelled(kind), params)

    def mixed(self, part: Part, kind: str, params: dict[str, str]) -> str:
        """Join the texts of the children; a picture between two texts has its mark there."""
        signed = kind == "multipart/signed"
        related = int(kind == "multipart/related")
        self.related += related
        texts: list[str] = []
        waiting: list[
            tuple[str, bool]
        ] = []  # what calls a file, and whether it is shown in the text
        for child in part.children:
            headers = Headers(child.header_bytes(self.raw))
            if kind == "multipart/digest" and "content-type" not in headers:
                headers.fields["content-type"] = ["message/rfc822"]
            before = len(self.files)
            text = self.read(child, headers).strip("\n")
            if text.strip():
                is_piece = added_parts.is_text_name(name_of(headers))
                texts += [*(mark for mark, is_shown in waiting if is_shown or is_piece), text]
                waiting = []
            elif texts and kind == "multipart/mixed":
                waiting += [
                    (mark_of(file), self._is_inline(file, headers)) for file in self.files[before:]
                ]
        self.related -= related
        if signed and (texts or self.files):
            self.note(
                SignedPart(
                    crypto.signer_of(
                        params.get("protocol", "") or part.children[-1].header_bytes(self.raw)
                    )
                )
            )
        return "\n\n".join(texts)

    def alternative(self, part: Part) -> str:
        """Return the plain version where it says something, else the last one that does."""
        plain, other = "", ""
        for child in part.children:
            headers = Headers(child.header_bytes(self.raw))
            kind = parameters(headers.raw("content-type"))[0]
            before = len(self.files)
            text = self.read(child, headers)
            if self._is_plain(child) and text.strip():
                plain = plain or text
            elif text.strip():
                other = text
            elif kind.startswith(("text/", "multipart/")) and kind not in _CALENDARS:
                continue
            if plain and kind == "multipart/related" and not self.whole:
                # What the HTML version is dressed in; its pictures are looked at when all is read.
                self.files[before:] = [
                    file for file in self.files[before:] if file.content_type.startswith("image/")
                ]
        text = versions.chosen(plain, other)
        if plain and text == plain:
            self.unread.append(other)
        return text

    def outside(self, root: Part) -> str:
        """Return the words before and behind the parts: those of a mail without any in them."""
        pieces = (self._text(data, "text/plain", {}) for data in structure.outside(self.raw, root))
        return "\n\n".join(piece.strip("\n") for piece in pieces if piece.strip())

    def _is_plain(self, part: Part) -> bool:
        """Whether a version is of plain text, be it in several parts."""
        kind = parameters(Headers(part.header_bytes(self.raw)).raw("content-type"))[0]
        if not part.children:
            return kind in {"text/plain", ""}
        leaves = [child for child in part.children if self._is_text_or_group(child)]
        return bool(leaves) and all(self._is_plain(child) for child in leaves)

    def _is_text_or_group(self, part: Part) -> bool:
        kind = parameters(Headers(part.header_bytes(self.raw)).raw("content-type"))[0]
        return bool(part.children) or kind == "" or kind.startswith("text/")

    def leaf(self, part: Part, headers: Headers, kind: str, params: dict[str, str]) -> str:
        """Return a text part's text, or keep the part
        as a file and return what is to be read of it.
        """
        how = parameters(headers.raw("content-disposition"))[0]
        name = name_of(headers)
        decoded = self.body(part, headers)
        data = decoded.data
        if added_parts.is_dress(kind, name, related=self.related > 0):
            if self.whole and data:
                self.keep(name, kind, data)
            return ""
        is_whole = part is self.root
        read_as = file_kinds.read_as(
            kind, name, data, is_attachment=how == "attachment", is_whole=is_whole
        )
        if read_as:
            return self.text(decoded, read_as, params)
        if kind == "message/partial" and is_whole:
            # A piece of a mail that was cut (RFC 2046 §5.2.2); the first one has the header of it.
            start, end = structure.message_header(data)
            body = data[end:] if structure.names_mail_fields(data[start:end]) else data
            return self.text(Decoded(body), "text/plain", params)
        return self.file(part, kind, name, data, is_inline=how == "inline") if data.strip() else ""

    def file(self, part: Part, kind: str, name: str, data: bytes, *, is_inline: bool) -> str:
        """Keep a part as a file, or open it; return what is to be read of it."""
        if kind in _ENVELOPES or name.lower() == "winmail.dat":
            return self.envelope(data, kind)
        if kind in crypto.PKCS7:
            return self.pkcs7(data, kind, name)
        if kind in _CALENDARS or name.lower().endswith(".ics"):
            self.calendar(data, kind, name)
        elif kind == "message/rfc822":
            self.forwarded(data, name)
        elif (
            kind.startswith("image/")
            and (is_inline or part.head in self.named)
            and images.is_tiny(data)
        ):
            if self.whole:
                self.keep(name, kind, data)
        elif kind in file_kinds.OF_UNKNOWN_KIND and added_parts.is_nameless(name):
            self.nameless(name, kind, data)
        elif kind in _NOISE and not self.whole:
            self.noise.append(File(safe_name(clean(name), kind, otherwise="signature"), kind, data))
        else:
            otherwise = "signature" if kind.endswith("-signature") else ""
            self.keep(self.named.get(part.head) or name, kind, data, otherwise=otherwise)
        return ""

    def keep(self, name: str, kind: str, data: bytes, *, otherwise: str = "") -> str:
        """Keep a file and return its name."""
        file_name = safe_name(
            clean(name), kind, otherwise=otherwise or f"attachment-{len(self.files) + 1}"
        )
        if len(self.files) < _MAX_LEAVES:
            self.files.append(File(file_name, kind[:100], data))
        return file_name

    def nameless(self, name: str, kind: str, data: bytes) -> None:
        """Keep a file whose name a program has lost, by
        what it is; what is nothing known is left out.
        """
        ending = added_parts.ending_of(data)
        stem = name.rpartition(".")[0] or name or f"attachment-{len(self.files) + 1}"
        if ending:
            self.keep(f"{stem}.{ending}", kind, data)
        elif self.whole or name.lower().endswith(".dat"):
            self.keep(name, kind, data)
        else:
            self.note(LeftOut(safe_name(clean(name), kind, otherwise=stem)))

    def note(self, note: PartNote) -> None:
        """Have something said below the text, once, and not too much."""
        if note not in self.notes and len(self.notes) < _MAX_NOTES:
            self.notes.append(note)

    def envelope(self, data: bytes, kind: str) -> str:
        """Take the files out of Outlook's envelope; keep it closed when it does not open."""
        try:
            opened = tnef.open_envelope(data)
        except tnef.BrokenEnvelope:
            self.keep("winmail.dat", kind, data)
            return ""
        if self.whole:
            self.keep("winmail.dat", kind, data)
        for file in opened.files:
            self.keep(file.name, file.content_type or "application/octet-stream", file.content)
        if opened.text.strip():
            return clean(opened.text)
        return self.text(Decoded(opened.html), "text/html", {}) if opened.html else ""

    def pkcs7(self, data: bytes, kind: str, name: str) -> str:
        """Return what was signed within S/MIME; note that a mail is encrypted."""
        if crypto.cms_kind(data) == "signed" and not self.inner:
            content = crypto.signed_content(data)
            try:
                root = structure.scan(content)
            except structure.TooManyParts:
                root = None
            if content.strip() and root is not None:
                reader = PartsReader(content, whole=self.whole, inner=True)
                reader.text_left = self.text_left
                text = reader.run(root, Headers(root.header_bytes(content)))
                self.files += reader.files
                self.notes += reader.notes
                self.encrypted, self.text_left = (
                    self.encrypted or reader.encrypted,
                    reader.text_left,
                )
                self.note(SignedPart(crypto.SMIME))
                return text
        if crypto.cms_kind(data) == "encrypted":
            self.encrypted = crypto.SMIME
        self.keep(name or "smime.p7m", kind, data)
        return ""

    def calendar(self, data: bytes, kind: str, name: str) -> None:
        """Keep a calendar and say what is in it; programs send the same one twice."""
        if any(file.content == data for file in self.files):
            return
        self.keep(
            name, "text/calendar" if kind in _CALENDARS else kind, data, otherwise="invitation"
        )
        self.calendars += 1
        for event in read_calendar(data) if self.calendars <= _MAX_CALENDARS else ():
            self.note(event)

    def forwarded(self, data: bytes, name: str) -> None:
        """Keep a mail within the mail and say which it is."""
        start, end = structure.message_header(data, 65_536)
        headers = Headers(data[start:end])
        subject = clean(headers.text("subject"))[:200]
        name = name or f"{subject[:80].replace('/', ' ').strip('. ') or 'message'}.eml"
        name = name if name.lower().endswith(".eml") else f"{name}.eml"
        name = self.keep(name, "message/rfc822", data)
        author = display_name(headers.raw("from"))
        author = "" if "@" in author else author
        self.note(Forwarded(name, subject, author, parse_date(headers.raw("date"))))
        if not self.inner and len(self.files) < _MANY_FILES:
            self._lift(data)

    def _lift(self, data: bytes) -> None:
        """Keep the files of a forwarded mail beside it:
        few programs of readers open a mail in a file.
        """
        try:
            root = structure.scan(data)
        except structure.TooManyParts:
            return
        reader = PartsReader(data, whole=self.whole, inner=True)
        reader.text_left, reader.guesses = self.text_left, 0
        reader.run(root, Headers(root.header_bytes(data)))
        self.files += reader.files

    def text(self, body: Decoded, kind: str, params: dict[str, str]) -> str:
        """Return decoded text as its author saw it,
        and below it what was put below it on the way.
        """
        text = self._text(body.data, kind, params)
        below = self._text(body.below, "text/plain", {}) if body.below.strip() else ""
        return "\n\n".join(filter(None, (text.rstrip("\n"), below.lstrip("\n")))) if below else text

    def _text(self, data: bytes, kind: str, params: dict[str, str]) -> str:
        length = len(data)
        data = data[: max(self.text_left, 0)]
        self.text_left -= length
        if not data.isascii():
            self.guesses -= 1
        charset = params.get("charset", "") or (
            charset_of_html(data) if kind == "text/html" else ""
        )
        text = decode(data, charset, guess=self.guesses >= 0)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if kind in {"text/html", "text/enriched", "text/richtext"}:
            return to_text(images.mark_html(text, self.pictures))
        if params.get("format", "").lower() == "flowed":
            text = unflow(text, delsp=params.get("delsp", "").lower() == "yes")
        return self.plain(text)

    def plain(self, text: str) -> str:
        """Return plain text without the armour of a signature, with its pictures by name."""
        signed = crypto.without_armour(text)
        if signed is not None:
            self.note(SignedPart(crypto.PGP))
            text = signed
        elif crypto.is_encrypted_text(text):
            self.encrypted = self.encrypted or crypto.PGP
        return images.mark_plain(text, self.pictures)

    def body(self, part: Part, headers: Headers) -> Decoded:
        """Return the octets of a part with its transfer encoding undone, as far as that goes."""
        return undo(part.body_bytes(self.raw), headers.raw("content-transfer-encoding"))

    def _find_pictures(self, part: Part) -> None:
        """Name the enclosed pictures before the text
        that shows them is read; trackers get no name.
        """
        for child in part.children:
            self._find_pictures(child)
        if part.children:
            return
        headers = Headers(part.header_bytes(self.raw))
        identifier = headers.raw("content-id").strip("<> \t")[:250]
        kind = parameters(headers.raw("content-type"))[0]
        if not identifier or not kind.startswith("image/"):
            return
        name = safe_name(clean(name_of(headers)), kind, otherwise=f"image-{len(self.named) + 1}")
        if name in self.named.values():
            stem, _dot, ending = name.rpartition(".")
            name = f"{stem}-{len(self.named) + 1}.{ending}"
        self.named[part.head] = name
        if not images.is_tiny(self.body(part, headers).data):
            self.pictures[identifier] = name

    def _is_inline(self, file: File, headers: Headers) -> bool:
        how = parameters(headers.raw("content-disposition"))[0]
        return file.content_type.startswith("image/") and how == "inline"

    def _placed(self, file: File, text: str) -> File | None:
        """Say where a picture stands; None for one that only
        the signature or the quote of the HTML version shows.
        """
        if not file.content_type.startswith("image/"):
            return file
        mark = images.mark(file.name)
        if mark in text:
            return replace(file, mark=mark)
        shown = [other for other in self.unread if mark in other]
        if not shown or self.whole:
            return file
        is_shown = any(mark in trim(other).visible for other in shown)
        return replace(file, mark=mark, at_end=True) if is_shown else None
