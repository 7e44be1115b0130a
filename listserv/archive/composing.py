"""Write a contribution as the message it was, or would have been, for exports: without loss.

Message-ID, In-Reply-To, References, author, date, subject, text (the folded part below it) and
every file as it is stored. What the hub adds stands in ``X-Hub-`` fields, so that an import into a
hub gives the same record again.

Source: RFC 5322, 6532 (UTF-8 in header fields where an address or identifier has it), 2045–2047,
2183, 2231.
"""

import base64
import re
import secrets
from dataclasses import dataclass
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from forums.archive import content_of
from forums.edits import edit_of
from hub.lib.errors import NotFound
from hub.lib.full_urls import full_url
from hub.lib.markup import PLAIN
from listserv.models import MailingList
from listserv.outbound.mime_writing import mailbox, structured, text_part, unstructured

if TYPE_CHECKING:
    from forums.models import Attachment, Contribution

# Fields that tell an import of a hub's own export what is what.
NUMBER = "X-Hub-Number"
FOLDED = "X-Hub-Folded"
EDITED = "X-Hub-Edited"
FORMAT = "X-Hub-Format"
# What stands between a text and what is folded away of it, where nothing else is known.
GAP = "\n\n"
MAX_SUBJECT = 10_000  # characters
NOBODY = "unknown@archive.invalid"
_TYPE = re.compile(r"(?!message/|multipart/)[a-z]{1,40}/[a-z0-9][a-z0-9.+-]{0,80}")
_UNSAFE = re.compile(r"[\x00-\x20\x7f<>]+")
_FOLD = 76  # octets of a line of base64, and letters of a piece of a parameter
# A piece of a parameter: no escape of three letters ("%2F") is cut.
_PIECE = re.compile(rf".{{1,{_FOLD}}}(?<!%)(?<!%.)")
_PRINTABLE = re.compile("[ -~]+")
_SHORT = re.compile(rf"[ -~]{{0,{_FOLD}}}")


@dataclass(frozen=True)
class MessageWriter:
    """Writes the contributions of one list.

    ``shows_addresses`` tells whether those of the authors are in it.
    """

    mailing_list: MailingList
    shows_addresses: bool

    def message(self, contribution: "Contribution") -> bytes:
        """Return the message, with CRLF line ends. Queries: none beside the prefetched files."""
        head = self._header(contribution)
        text = _text(contribution)
        files = list(contribution.attachments.all())
        if not files:
            return head + text_part("plain", text)
        boundary = f"=_{secrets.token_hex(12)}"
        edge = f"--{boundary}\r\n".encode()
        parts = [
            head,
            structured("Content-Type", "multipart/mixed;", f'boundary="{boundary}"'),
            b"\r\n",
        ]
        parts += [edge, text_part("plain", text), b"\r\n"]
        for file in files:
            parts += [edge, _file_part(file)]
        return b"".join([*parts, f"--{boundary}--\r\n".encode()])

    def _header(self, contribution: "Contribution") -> bytes:
        forum = self.mailing_list.forum
        subject = contribution.original_subject or contribution.subject
        answered, references = _thread(contribution)
        url = full_url("forums:contribution", contribution.number)
        return b"".join(
            (
                self._author(contribution),
                mailbox("To", forum.name, self.mailing_list.address),
                unstructured("Subject", subject, most=MAX_SUBJECT),
                structured("Date", _date(contribution)),
                _ids("Message-ID", [_message_id(contribution)]),
                _ids("In-Reply-To", answered),
                _ids("References", references),
                mailbox("List-Id", forum.name, self.mailing_list.list_id),
                structured("Archived-At", f"<{url}>"),
                structured(NUMBER, str(contribution.number)),
                _folded_lines(contribution),
                _format(contribution),
                _edited(contribution),
                structured("MIME-Version", "1.0"),
            )
        )

    def _author(self, contribution: "Contribution") -> bytes:
        name = _author_name(contribution)
        # Some programs write the address as the name.
        shown = contribution.speaker.name if "@" in name else name
        if not self.shows_addresses:
            return mailbox("From", shown or contribution.speaker.name, self.mailing_list.address)
        address = _UNSAFE.sub("", contribution.author_address)
        if not address:
            # A message must name a mailbox; nobody reads this one.
            return mailbox("From", name or contribution.speaker.name, NOBODY)
        if not name:
            return f"From: <{address}>\r\n".encode()
        if address.isascii():
            return mailbox("From", name, address)
        return mailbox("From", name, "-").removesuffix(b"<->\r\n") + f"<{address}>\r\n".encode()


def imported_value(contribution: "Contribution", key: str, default: str = "") -> str:
    """Return what an import has stored of a header, the default for nothing."""
    return str((contribution.imported or {}).get(key, default))


def _author_name(contribution: "Contribution") -> str:
    """Return the name that the message was signed with, else the member's."""
    return imported_value(contribution, "from", contribution.speaker.name)


def _message_id(contribution: "Contribution") -> str:
    """Return the Message-ID that the contribution came with, else the hub's."""
    return imported_value(contribution, "message_id") or contribution.message_id


def _folded_lines(contribution: "Contribution") -> bytes:
    if not contribution.folded:
        return b""
    return structured(FOLDED, str(len(contribution.folded.split("\n"))))


def _format(contribution: "Contribution") -> bytes:
    if contribution.format == PLAIN:
        return b""
    return structured(FORMAT, contribution.format)


def _edited(contribution: "Contribution") -> bytes:
    """Name who changed the words last, when and why: they stand under their author's name."""
    edit = edit_of(contribution)
    if edit is None:
        return b""
    words = filter(None, (format_datetime(edit.at), edit.by, edit.reason))
    return unstructured(EDITED, "; ".join(words))


def _date(contribution: "Contribution") -> str:
    """Return the Date of the message where the record did not believe it, else the record's."""
    written_date = imported_value(contribution, "date")
    if _PRINTABLE.fullmatch(written_date) is not None:
        return written_date
    return format_datetime(contribution.created_at)


def _thread(contribution: "Contribution") -> tuple[list[str], list[str]]:
    """Return the identifiers of In-Reply-To, at most one, and of References.

    Those of the message, with the parent in the hub where they name another.
    """
    references = contribution.references.split()
    answered = list(filter(None, [contribution.in_reply_to]))
    parent = contribution.parent
    if contribution.imported is None and parent is not None:
        parent_ids = list(filter(None, [_message_id(parent)]))
        if parent_ids not in ([], answered):
            references = [*_missing(answered, references), *references]
            answered = parent_ids
    if references:
        references += _missing(answered, references)
    return answered, references


def _missing(answered: list[str], references: list[str]) -> list[str]:
    return [message_id for message_id in answered if message_id not in references]


def _text(contribution: "Contribution") -> str:
    if not contribution.folded:
        return f"{contribution.text}\n"
    gap = imported_value(contribution, "gap") or GAP
    return contribution.text.strip("\r\n") + gap + contribution.folded + "\n"


def _ids(name: str, ids: list[str]) -> bytes:
    """Return a field of identifiers, one a line; nothing for none."""
    if not ids:
        return b""
    bracketed = [f"<{_UNSAFE.sub('', message_id)}>" for message_id in ids]
    return f"{name}: ".encode() + "\r\n ".join(bracketed).encode() + b"\r\n"


def _file_part(file: "Attachment") -> bytes:
    try:
        content = content_of(file)
    except NotFound:
        # The octets are lost; the archive says which file it was.
        return (
            structured("Content-Type", "text/plain;", "charset=utf-8")
            + b"\r\n"
            + f"[{file.name}]\r\n".encode()
        )
    lines = base64.b64encode(content)
    body = b"\r\n".join(lines[at : at + _FOLD] for at in range(0, len(lines), _FOLD))
    return b"".join(
        (
            structured("Content-Type", _type(file)),
            structured("Content-Disposition", "attachment;", *_parameter("filename", file.name)),
            structured("Content-Transfer-Encoding", "base64"),
            b"\r\n",
            body,
            b"\r\n",
        )
    )


def _type(file: "Attachment") -> str:
    """Return the content type of a file, unless it says nothing or may not be in base64.

    A message within a message may not be (RFC 2046 §5.2.1), and would change on its way otherwise.
    """
    kind = file.content_type.lower()
    return kind if _TYPE.fullmatch(kind) is not None else "application/octet-stream"


def _parameter(name: str, value: str) -> list[str]:
    """Return a parameter on lines of its own, in pieces where it is long (RFC 2231 §3, §4)."""
    if _SHORT.fullmatch(value) is not None:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return [f'{name}="{escaped}"']
    encoded = "utf-8''" + quote(value, safe="")
    if len(encoded) <= _FOLD:
        return [f"{name}*={encoded}"]
    pieces = [f"{name}*{index}*={piece}" for index, piece in enumerate(_PIECE.findall(encoded))]
    return [*(f"{piece};" for piece in pieces[:-1]), pieces[-1]]
