"""Write a contribution as the mail it was, or would have been: for exports, whole and without loss.

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

from django.conf import settings

from forums.archive import content_of
from forums.edits import edit_of
from hub.lib.errors import NotFound
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


@dataclass(frozen=True)
class Writer:
    """Writes the contributions of one list; ``shows_addresses``
    tells whether those of the authors are in it.
    """

    mailing_list: MailingList
    shows_addresses: bool

    def message(self, contribution: "Contribution") -> bytes:
        """Return the mail, with CRLF line ends. Queries: none beside the prefetched files."""
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
        answered, references = _thread(contribution)
        folded = len(contribution.folded.split("\n")) if contribution.folded else 0
        return b"".join(
            (
                self._author(contribution),
                mailbox("To", self.mailing_list.forum.name, self.mailing_list.address),
                unstructured(
                    "Subject",
                    contribution.original_subject or contribution.subject,
                    most=MAX_SUBJECT,
                ),
                structured("Date", _date(contribution)),
                _ids("Message-ID", [kept(contribution, "message_id") or contribution.message_id]),
                _ids("In-Reply-To", [answered]) if answered else b"",
                _ids("References", references) if references else b"",
                mailbox("List-Id", self.mailing_list.forum.name, self.mailing_list.list_id),
                structured("Archived-At", f"<{settings.HUB_URL}/c/{contribution.number}/>"),
                structured(NUMBER, str(contribution.number)),
                structured(FOLDED, str(folded)) if folded else b"",
                structured(FORMAT, contribution.format) if contribution.format != PLAIN else b"",
                _edited(contribution),
                structured("MIME-Version", "1.0"),
            )
        )

    def _author(self, contribution: "Contribution") -> bytes:
        name = (
            kept(contribution, "from")
            if contribution.imported and "from" in contribution.imported
            else contribution.speaker.name
        )
        if not self.shows_addresses:
            # Some programs write the address as the name.
            shown = contribution.speaker.name if "@" in name or not name else name
            return mailbox("From", shown, self.mailing_list.address)
        address = _UNSAFE.sub("", contribution.author_address)
        if address.isascii() and address and name:
            return mailbox("From", name, address)
        if not address:
            # A mail must name a mailbox; nobody reads this one.
            return mailbox("From", name or contribution.speaker.name, NOBODY)
        phrase = mailbox("From", name, "-").removesuffix(b"<->\r\n") if name else b"From: "
        return phrase + f"<{address}>\r\n".encode()


def kept(contribution: "Contribution", key: str) -> str:
    """Return what an import kept of a header, empty for none."""
    return str((contribution.imported or {}).get(key, ""))


def _edited(contribution: "Contribution") -> bytes:
    """Say who changed the words last, when and why: they stand under their author's name."""
    edit = edit_of(contribution)
    if edit is None:
        return b""
    return unstructured(
        EDITED, "; ".join(filter(None, (format_datetime(edit.at), edit.by, edit.reason)))
    )


def _date(contribution: "Contribution") -> str:
    """Return what a mail's Date said where the record
    could not believe it, else the record's moment.
    """
    written_date = kept(contribution, "date")
    return (
        written_date
        if written_date.isascii() and written_date.isprintable() and written_date
        else format_datetime(contribution.created_at)
    )


def _thread(contribution: "Contribution") -> tuple[str, list[str]]:
    """Return In-Reply-To and References: those of the mail,
    with the parent in the hub where they name another.
    """
    parent = (
        (kept(contribution.parent, "message_id") or contribution.parent.message_id)
        if contribution.parent
        else ""
    )
    references = contribution.references.split()
    answered = contribution.in_reply_to
    if parent and answered != parent and contribution.imported is None:
        references = [*([answered] if answered and answered not in references else []), *references]
        answered = parent
    if answered and answered not in references and references:
        references.append(answered)
    return answered, references


def _text(contribution: "Contribution") -> str:
    if not contribution.folded:
        return f"{contribution.text}\n"
    gap = kept(contribution, "gap") or GAP
    return contribution.text.strip("\r\n") + gap + contribution.folded + "\n"


def _ids(name: str, ids: list[str]) -> bytes:
    bracketed = [f"<{_UNSAFE.sub('', message_id)}>" for message_id in ids]
    return f"{name}: ".encode() + "\r\n ".join(bracketed).encode() + b"\r\n"


def _file_part(file: "Attachment") -> bytes:
    kind = file.content_type.lower()
    # A message within a message may not be base64 (RFC 2046 §5.2.1), and would change on its way
    # otherwise.
    kind = kind if _TYPE.fullmatch(kind) else "application/octet-stream"
    try:
        content = content_of(file)
    except NotFound:
        # The bytes are lost; the archive says which file it was.
        return (
            structured("Content-Type", "text/plain;", "charset=utf-8")
            + b"\r\n"
            + f"[{file.name}]\r\n".encode()
        )
    lines = base64.b64encode(content)
    body = b"\r\n".join(lines[at : at + _FOLD] for at in range(0, len(lines), _FOLD))
    return b"".join(
        (
            structured("Content-Type", kind),
            structured("Content-Disposition", "attachment;", *_parameter("filename", file.name)),
            structured("Content-Transfer-Encoding", "base64"),
            b"\r\n",
            body,
            b"\r\n",
        )
    )


def _parameter(name: str, value: str) -> list[str]:
    """Return a parameter on lines of its own, in pieces where it is long (RFC 2231 §3, §4)."""
    plain = value.isascii() and value.isprintable() and len(value) <= _FOLD
    if plain:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return [f'{name}="{escaped}"']
    encoded = "utf-8''" + quote(value, safe="")
    if len(encoded) <= _FOLD:
        return [f"{name}*={encoded}"]
    pieces, at = [], 0
    while at < len(encoded):
        # No escape of three letters is cut.
        end = at + _FOLD - (2 if encoded[at + _FOLD - 2 : at + _FOLD - 1] == "%" else 0)
        end -= 1 if encoded[end - 1 : end] == "%" else 0
        pieces.append(encoded[at:end])
        at = end
    last = len(pieces) - 1
    return [
        f"{name}*{index}*={piece}{';' if index < last else ''}"
        for index, piece in enumerate(pieces)
    ]
