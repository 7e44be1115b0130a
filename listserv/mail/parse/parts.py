"""Walk the parts of a message: the text its author means to be read, the files, and notes.

Envelopes of Outlook are opened, invitations read, signed messages looked into, pictures called by
name in the text (the modules beside this one). Never raises: what is broken is kept as a file.

Source: RFC 2045–2047, 2183 (disposition), 2387 (related), 1847 (signed), 3676 (flowed).
"""

from listserv.mail.parse import added_parts, crypto, file_kinds, images, structure, tnef, versions
from listserv.mail.parse.charset import clean, decode
from listserv.mail.parse.collected_files import CALENDARS, CollectedFiles
from listserv.mail.parse.dates import parse_date
from listserv.mail.parse.enclosed_pictures import EnclosedPictures, placed
from listserv.mail.parse.flowed import unflow
from listserv.mail.parse.headers import Headers, display_name, parameters
from listserv.mail.parse.html_tags import charset_of_html
from listserv.mail.parse.html_text import to_text
from listserv.mail.parse.message_files import File, disposition_of, mark_of, name_of
from listserv.mail.parse.part_notes import Forwarded, SignedPart
from listserv.mail.parse.structure import Part
from listserv.mail.parse.transfer import Decoded, decode_transfer

# Cards and keys that programs add by themselves; the raw message keeps them.
_NOISE = frozenset({"application/pgp-keys", "text/x-vcard", "text/vcard"})
_ENVELOPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_MARKUP = frozenset({"text/html", "text/enriched", "text/richtext"})
# Files up to which those of a forwarded message are kept: more are a dump.
_MANY_FILES = 30
# Texts whose charset is guessed, however many parts a message has.
_MAX_GUESSES = 4
# Octets of text that are read, quotes and all; a message with more is refused
# (``ParsedMessage.is_cut``), since it cannot be judged in the time an SMTP session waits. An
# archive has the time.
MAX_TEXT = 2_000_000
_WHOLE_TEXT = 10 * MAX_TEXT


class PartsReader:
    """Walks the parts (at most :data:`structure.MAX_DEPTH` deep) and collects the files.

    Args: whole, keep what people do not mean as files too, as an archive must; inner, whether the
    message is part of another one.
    """

    def __init__(self, raw: bytes, *, whole: bool = False, inner: bool = False) -> None:
        self.raw = raw
        self.whole, self.inner = whole, inner
        self.collected = CollectedFiles(whole=whole)
        self.pictures = EnclosedPictures(raw)
        self.encrypted = ""
        self.related = 0  # multipart/related that are open
        self.guesses = _MAX_GUESSES
        self.text_left = _WHOLE_TEXT if whole else MAX_TEXT
        self.unread: list[str] = []  # HTML versions of texts that were read in plain
        self.root: Part | None = None

    def run(self, root: Part, headers: Headers) -> str:
        """Return the text of the whole message."""
        self.pictures.find(root)
        self.root = root
        text = self.read(root, headers)
        if root.children and not self.encrypted and not text.strip():
            text = self.outside(root)
        # An archive keeps the pictures of a version that was not read as they are.
        unread = [] if self.whole else self.unread
        files = (placed(file, text, unread) for file in self.collected.files)
        self.collected.files = list(filter(None, files))
        if not self.collected.files and not text.strip():
            self.collected.files = self.collected.noise[:1]
        return text

    def read(self, part: Part, headers: Headers) -> str:
        """Return the text to be read in ``part``."""
        kind, params = parameters(headers.raw("content-type"))
        if not part.children:
            return self.leaf(part, headers, file_kinds.normalised(kind), params)
        if kind == "multipart/alternative":
            return self.alternative(part)
        if kind == "multipart/encrypted":
            self.encrypted = crypto.PGP
        return self.mixed(part, kind, params)

    def mixed(self, part: Part, kind: str, params: dict[str, str]) -> str:
        """Join the texts of the children; a picture between two texts has its mark there."""
        related = int(kind == "multipart/related")
        self.related += related
        texts = _Texts()
        for child in part.children:
            headers = Headers(child.header_bytes(self.raw))
            if kind == "multipart/digest":
                headers.fields.setdefault("content-type", ["message/rfc822"])
            before = len(self.collected.files)
            text = self.read(child, headers).strip("\n")
            if text.strip():
                texts.add(text, is_piece=added_parts.is_text_name(name_of(headers)))
            elif kind == "multipart/mixed":
                texts.add_files(self.collected.files[before:], disposition_of(headers))
        self.related -= related
        if kind == "multipart/signed":
            self.note_signature(part, params, texts.texts)
        return "\n\n".join(texts.texts)

    def note_signature(self, part: Part, params: dict[str, str], texts: list[str]) -> None:
        """Note that a multipart is signed, where there is anything in it."""
        if not texts and not self.collected.files:
            return
        signature = part.children[-1].header_bytes(self.raw)
        signer = crypto.signer_of(params.get("protocol") or signature)
        self.collected.note(SignedPart(signer))

    def alternative(self, part: Part) -> str:
        """Return the plain version where it says something, else the last one that does."""
        plain, other = "", ""
        for child in part.children:
            before = len(self.collected.files)
            headers = Headers(child.header_bytes(self.raw))
            text = self.read(child, headers)
            if not text.strip():
                continue
            if self._is_plain(child):
                plain = plain or text
            else:
                other = text
            kind = parameters(headers.raw("content-type"))[0]
            if plain and kind == "multipart/related":
                self.collected.drop_auxiliary(before)
        text = versions.choose(plain, other)
        if text == plain:
            self.unread.append(other)
        return text

    def outside(self, root: Part) -> str:
        """Return the words before and behind the parts: those of a message without any in them."""
        pieces = (
            self._text(data, "text/plain", {}) for data in structure.octets_outside(self.raw, root)
        )
        return "\n\n".join(piece.strip("\n") for piece in pieces if piece.strip())

    def _kind(self, part: Part) -> str:
        return parameters(Headers(part.header_bytes(self.raw)).raw("content-type"))[0]

    def _is_plain(self, part: Part) -> bool:
        """Whether a version is of plain text, be it in several parts."""
        if not part.children:
            return self._kind(part) in {"text/plain", ""}
        are_plain = {self._is_plain(child) for child in part.children if self._is_read(child)}
        return are_plain == {True}

    def _is_read(self, part: Part) -> bool:
        """Whether a part is text, or may hold some."""
        if part.children:
            return True
        kind = self._kind(part)
        return kind == "" or kind.startswith("text/")

    def leaf(self, part: Part, headers: Headers, kind: str, params: dict[str, str]) -> str:
        """Return a text part's text, or keep the part as a file.

        Returns: what is to be read of it.
        """
        name, disposition = name_of(headers), disposition_of(headers)
        decoded = decode_transfer(
            part.body_bytes(self.raw), headers.raw("content-transfer-encoding")
        )
        data = decoded.data
        if added_parts.is_auxiliary(kind, name, related=self.related > 0):
            self.collected.keep_auxiliary(name, kind, data)
            return ""
        is_whole = part is self.root
        is_attachment = disposition == "attachment"
        read_as = file_kinds.read_as(
            kind, name, data, is_attachment=is_attachment, is_whole=is_whole
        )
        if read_as:
            return self.text(decoded, read_as, params)
        if kind == "message/partial" and is_whole:
            return self._text(_without_first_header(data), "text/plain", params)
        if not data.strip():
            return ""
        return self.file(part, kind, name, data, is_inline=disposition == "inline")

    def file(self, part: Part, kind: str, name: str, data: bytes, *, is_inline: bool) -> str:
        """Keep a part as a file, or open it; return what is to be read of it."""
        if kind in _ENVELOPES or name.lower() == "winmail.dat":
            return self.envelope(data, kind)
        if kind in crypto.PKCS7:
            return self.pkcs7(data, kind, name)
        if kind in CALENDARS or name.lower().endswith(".ics"):
            self.collected.keep_calendar(name, kind, data)
        elif kind == "message/rfc822":
            self.forwarded(data, name)
        elif kind.startswith("image/"):
            self.picture(part, kind, name, data, is_inline=is_inline)
        elif kind in file_kinds.OF_UNKNOWN_KIND and added_parts.is_nameless(name):
            self.collected.keep_nameless(name, kind, data)
        elif kind in _NOISE:
            self.collected.keep_noise(name, kind, data)
        else:
            otherwise = "signature" if kind.endswith("-signature") else ""
            name = self.pictures.named.get(part.head, name)
            self.collected.keep(name, kind, data, otherwise=otherwise)
        return ""

    def picture(self, part: Part, kind: str, name: str, data: bytes, *, is_inline: bool) -> None:
        """Keep a picture under the name that the text calls it by; nobody means a tracker."""
        is_shown = is_inline or part.head in self.pictures.named
        if is_shown and images.is_tiny(data):
            self.collected.keep_auxiliary(name, kind, data)
        else:
            self.collected.keep(self.pictures.named.get(part.head, name), kind, data)

    def envelope(self, data: bytes, kind: str) -> str:
        """Take the files out of Outlook's envelope; keep it closed when it does not open."""
        try:
            opened = tnef.open_envelope(data)
        except tnef.BrokenEnvelope:
            self.collected.keep("winmail.dat", kind, data)
            return ""
        self.collected.keep_auxiliary("winmail.dat", kind, data)
        for file in opened.files:
            kind = file.content_type or "application/octet-stream"
            self.collected.keep(file.name, kind, file.content)
        if opened.text.strip():
            return clean(opened.text)
        return self._text(opened.html, "text/html", {}) if opened.html else ""

    def pkcs7(self, data: bytes, kind: str, name: str) -> str:
        """Return what was signed within S/MIME; note that a message is encrypted."""
        protection = crypto.cms_kind(data)
        if protection == "signed" and not self.inner:
            text = self.signed(crypto.signed_content(data))
            if text is not None:
                return text
        if protection == "encrypted":
            self.encrypted = crypto.SMIME
        self.collected.keep(name or "smime.p7m", kind, data)
        return ""

    def signed(self, content: bytes) -> str | None:
        """Return the text of a message that was signed; None where there is none."""
        root = _scan(content)
        if root is None or not content.strip():
            return None
        reader = PartsReader(content, whole=self.whole, inner=True)
        reader.text_left = self.text_left
        text = reader.run(root, Headers(root.header_bytes(content)))
        self.collected.files += reader.collected.files
        self.collected.notes += reader.collected.notes
        self.note_encryption(reader.encrypted)
        self.text_left = reader.text_left
        self.collected.note(SignedPart(crypto.SMIME))
        return text

    def note_encryption(self, how: str) -> None:
        """Note with what the words are encrypted, empty for nothing; the first one counts."""
        if not self.encrypted:
            self.encrypted = how

    def forwarded(self, data: bytes, name: str) -> None:
        """Keep a message within the message and note which it is."""
        start, end = structure.message_header(data, 65_536)
        headers = Headers(data[start:end])
        subject = clean(headers.text("subject"))[:200]
        name = self.collected.keep(_name_of_message(name, subject), "message/rfc822", data)
        author = display_name(headers.raw("from"))
        author = "" if "@" in author else author
        sent = parse_date(headers.raw("date"))
        self.collected.note(Forwarded(name, subject, author, sent))
        if not self.inner and len(self.collected.files) < _MANY_FILES:
            self._lift(data)

    def _lift(self, data: bytes) -> None:
        """Keep the files of a forwarded message beside it.

        Few programs of readers open a message in a file.
        """
        root = _scan(data)
        if root is None:
            return
        reader = PartsReader(data, whole=self.whole, inner=True)
        reader.text_left, reader.guesses = self.text_left, 0
        reader.run(root, Headers(root.header_bytes(data)))
        self.collected.files += reader.collected.files

    def text(self, body: Decoded, kind: str, params: dict[str, str]) -> str:
        """Return decoded text as its author saw it, and below it what was put there on the way."""
        text = self._text(body.data, kind, params)
        if not body.below.strip():
            return text
        below = self._text(body.below, "text/plain", {})
        if not below:
            return text
        return "\n\n".join(filter(None, (text.rstrip("\n"), below.lstrip("\n"))))

    def _text(self, data: bytes, kind: str, params: dict[str, str]) -> str:
        length = len(data)
        data = data[: max(self.text_left, 0)]
        self.text_left -= length
        if not data.isascii():
            self.guesses -= 1
        charset = params.get("charset", "")
        if not charset and kind == "text/html":
            charset = charset_of_html(data)
        text = decode(data, charset, guess=self.guesses >= 0)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if kind in _MARKUP:
            return to_text(images.mark_html(text, self.pictures.shown))
        if params.get("format", "").lower() == "flowed":
            text = unflow(text, delsp=params.get("delsp", "").lower() == "yes")
        return self.plain(text)

    def plain(self, text: str) -> str:
        """Return plain text without the armour of a signature, with its pictures by name."""
        signed = crypto.without_armour(text)
        if signed is not None:
            self.collected.note(SignedPart(crypto.PGP))
            text = signed
        elif crypto.is_encrypted_text(text):
            self.note_encryption(crypto.PGP)
        return images.mark_plain(text, self.pictures.shown)


class _Texts:
    """The texts of a multipart, with marks of the files between them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        # Of the files behind the last text, what calls each, and whether it is shown in the text.
        self.waiting: list[tuple[str, bool]] = []

    def add(self, text: str, *, is_piece: bool) -> None:
        """Add a text. Args: is_piece, whether a program cut the text at the files before it."""
        self.texts += [mark for mark, is_shown in self.waiting if is_shown or is_piece]
        self.texts.append(text)
        self.waiting = []

    def add_files(self, files: list[File], disposition: str) -> None:
        """Add files; those above all texts stand nowhere in them."""
        if not self.texts:
            return
        is_inline = disposition == "inline"
        self.waiting += [(mark_of(file), is_inline and file.is_picture) for file in files]


def _scan(raw: bytes) -> Part | None:
    """Return the tree of parts, None where there are too many."""
    try:
        return structure.scan(raw)
    except structure.TooManyParts:
        return None


def _without_first_header(data: bytes) -> bytes:
    """Return a piece of a message that was cut (RFC 2046 §5.2.2).

    The first one has the header of the whole message, which is left out.
    """
    start, end = structure.message_header(data)
    return data[end:] if structure.names_mail_fields(data[start:end]) else data


def _name_of_message(name: str, subject: str) -> str:
    """Return the file name of a message within the message."""
    if name.lower().endswith(".eml"):
        return name
    if name:
        return f"{name}.eml"
    stem = subject[:80].replace("/", " ").strip(". ")
    return f"{stem or 'message'}.eml"
