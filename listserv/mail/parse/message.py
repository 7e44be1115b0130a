"""Parse a message: subject, people, identifiers, the text its author means to be read, files.

Never raises: what is broken is read as far as it goes and the raw message is kept beside it. Plain
text is preferred, HTML is turned into text, charsets are repaired
(:mod:`listserv.mail.parse.charset`), format=flowed is joined; the parts are walked by
:mod:`listserv.mail.parse.parts`.

Source: RFC 5322, 3834 (auto-submitted).
"""

from dataclasses import dataclass, field
from datetime import datetime

from listserv.mail.parse import structure
from listserv.mail.parse.charset import clean
from listserv.mail.parse.dates import parse_date
from listserv.mail.parse.headers import Headers, addresses, decode_words, message_ids
from listserv.mail.parse.message_files import File
from listserv.mail.parse.part_notes import PartNote
from listserv.mail.parse.parts import MAX_TEXT, PartsReader
from listserv.mail.parse.structure import Part

__all__ = ["MAX_TEXT", "File", "ParsedMessage", "clean", "parse"]

# Octets behind a header in which a part may name the charset of the header.
_BELOW = 8_192


@dataclass(frozen=True)
class ParsedMessage:
    """A parsed message; identifiers have no angle brackets, addresses are in lower case.

    ``notes`` stand below the text; ``encrypted`` names with what the words are encrypted, empty for
    nothing; ``is_cut`` tells that it holds more text than is read.
    """

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
    notes: tuple[PartNote, ...] = ()
    encrypted: str = ""
    is_cut: bool = False

    @property
    def original_subject(self) -> str:
        """The subject as it stands in the message, with its blanks; folds are blanks."""
        subject = clean(decode_words(self.headers.raw("subject")))
        return subject.replace("\t", " ").replace("\n", " ")


def parse(raw: bytes, *, whole: bool = False) -> ParsedMessage:
    """Parse a message; never raises, for any bytes.

    Args: whole, with what people do not mean as files too, such as signatures: for archives.
    """
    raw = structure.with_newlines(raw)
    try:
        root = structure.scan(raw)
    except structure.TooManyParts:
        # The guard refuses these; whoever asks for one all the same gets its header and its source
        # as text.
        root = Part(*structure.message_header(raw), len(raw))
    headers = Headers(root.header_bytes(raw), below=raw[root.body : root.body + _BELOW])
    reader = PartsReader(raw, whole=whole)
    text = reader.run(root, headers)
    return ParsedMessage(
        headers=headers,
        subject=clean(headers.text("subject"))[:1000],
        from_addresses=tuple(
            address for value in headers.all("from")[:5] for address in addresses(value)
        ),
        message_id=_message_id(headers.raw("message-id")),
        in_reply_to=_ids(headers.raw("in-reply-to")),
        references=_ids(headers.raw("references")),
        date=parse_date(headers.raw("date")),
        auto_submitted=headers.raw("auto-submitted").partition(";")[0].strip().lower()[:100],
        text=clean(text),
        files=tuple(reader.collected.files),
        notes=tuple(reader.collected.notes),
        encrypted=reader.encrypted,
        is_cut=reader.text_left < 0,
    )


def _message_id(value: str) -> str:
    """Return the first msg-id of a field without its angle brackets, empty for none."""
    first = next(iter(message_ids(value)), "")
    return clean(first.strip("<>"))[:250]


def _ids(value: str) -> tuple[str, ...]:
    return tuple(clean(message_id[1:-1]) for message_id in message_ids(value))
