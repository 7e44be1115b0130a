"""Say what a mail says: subject, people, identifiers, the text its author means to be read, the
files.

Never raises: what is broken is read as far as it goes and the raw mail is kept beside it. Plain
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
from listserv.mail.parse.part_notes import PartNote
from listserv.mail.parse.parts import MAX_TEXT, File, PartsReader
from listserv.mail.parse.structure import Part

__all__ = ["MAX_TEXT", "File", "Mail", "clean", "parse"]

# Octets behind a header in which a part may name the charset of the header.
_BELOW = 8_192


@dataclass(frozen=True)
class Mail:
    """What was read; identifiers have no angle brackets, addresses are in lower case.

    ``notes`` are to be said below the text; ``encrypted`` names with what the words are, if they
    are.
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
        """The subject as it stands there, with its blanks; folds are blanks."""
        return (
            clean(decode_words(self.headers.raw("subject"))).replace("\t", " ").replace("\n", " ")
        )


def parse(raw: bytes, *, whole: bool = False) -> Mail:
    """Return what the mail says; never raises, for any bytes.

    Args: whole, with what people do not mean as files too, such as signatures: for archives.
    """
    raw = structure.line_ended(raw)
    try:
        root = structure.scan(raw)
    except structure.TooManyParts:
        # The guard refuses these; whoever asks for one all the same gets its header and its source
        # as text.
        root = Part(*structure.message_header(raw), len(raw))
    headers = Headers(root.header_bytes(raw), below=raw[root.body : root.body + _BELOW])
    reader = PartsReader(raw, whole=whole)
    text = reader.run(root, headers)
    ids = [value.strip("<>") for value in message_ids(headers.raw("message-id"))]
    return Mail(
        headers=headers,
        subject=clean(headers.text("subject"))[:1000],
        from_addresses=tuple(
            address for value in headers.all("from")[:5] for address in addresses(value)
        ),
        message_id=clean(ids[0])[:250] if ids else "",
        in_reply_to=_ids(headers.raw("in-reply-to")),
        references=_ids(headers.raw("references")),
        date=parse_date(headers.raw("date")),
        auto_submitted=headers.raw("auto-submitted").partition(";")[0].strip().lower()[:100],
        text=clean(text),
        files=tuple(reader.files),
        notes=tuple(reader.notes),
        encrypted=reader.encrypted,
        is_cut=reader.text_left < 0,
    )


def _ids(value: str) -> tuple[str, ...]:
    return tuple(clean(message_id[1:-1]) for message_id in message_ids(value))
