"""Say what a mail says: subject, people, identifiers, the text its author means to be read, the files.

Never raises: what is broken is read as far as it goes and the raw mail is kept beside it. Plain text is preferred,
HTML is turned into text, charsets are repaired (:mod:`listserv.inbound.charset`), format=flowed is joined; the parts
are walked by :mod:`listserv.inbound.parts`.

Source: RFC 5322, 3834 (auto-submitted).
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from listserv.content.notes import Note
from listserv.inbound import structure
from listserv.inbound.charset import clean
from listserv.inbound.headers import Headers, addresses, message_ids, parse_date
from listserv.inbound.parts import MAX_TEXT, File, Reader
from listserv.inbound.structure import Part

__all__ = ["MAX_TEXT", "File", "Mail", "clean", "parse"]

_PARSED = "_parsed_mail"


@dataclass(frozen=True)
class Mail:
    """What was read; identifiers have no angle brackets, addresses are in lower case.

    ``notes`` are to be said below the text; ``encrypted`` names with what the words are, if they are.
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
    notes: tuple[Note, ...] = ()
    encrypted: str = ""
    is_cut: bool = False


def parse(raw: bytes, *, whole: bool = False) -> Mail:
    """Return what the mail says; never raises, for any bytes.

    Args: whole, with what people do not mean as files too, such as signatures: for archives.
    """
    try:
        root = structure.scan(raw)
    except structure.TooManyParts:
        # The guard refuses these; whoever asks for one all the same gets its header and its source as text.
        root = Part(0, structure.header_end(raw, 0, min(len(raw), structure.MAX_HEADER)), len(raw))
    headers = Headers(root.header_bytes(raw))
    reader = Reader(raw, whole=whole)
    text = reader.run(root, headers)
    ids = [value.strip("<>") for value in message_ids(headers.raw("message-id"))]
    return Mail(
        headers=headers,
        subject=clean(headers.text("subject"))[:1000],
        from_addresses=tuple(address for value in headers.all("from")[:5] for address in addresses(value)),
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


def mail_of(row: Any) -> Mail:
    """Return the mail of a row of :class:`~listserv.models.InboundMail`, parsed once.

    A large one takes a second, so who opens a transaction about it asks before.
    """
    mail: Mail | None = row.__dict__.get(_PARSED)
    if mail is None:
        mail = row.__dict__[_PARSED] = parse(bytes(row.raw))
    return mail


def _ids(value: str) -> tuple[str, ...]:
    return tuple(clean(found[1:-1]) for found in message_ids(value))
