"""Find the messages of an mbox file, whichever variant wrote it, and write mboxrd.

A separator is a line ``From `` with a date on it before a header field; the empty line that should
stand before it is often missing, and unquoted ``From `` lines of bodies have no date or no header
below them. A ``Content-Length`` (mboxcl, mboxcl2) is believed where it leads to the next separator
exactly. One pass at the speed of memory.

Source: RFC 4155; the variants mboxo, mboxrd, mboxcl and mboxcl2 as qmail's and mutt's manuals
describe them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from listserv.mail.parse.dates import parse_date
from listserv.mail.parse.structure import (
    MAX_HEADER,
    Buffer,
    header_end,
    message_start,
    names_mail_fields,
)

_DATED = re.compile(
    rb"From (?:[^\r\n]{0,300} )?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? "
    rb"[^\r\n]{0,40}\d:\d\d[^\r\n]{0,30}\d{2}"
)
# Another date, or a part of one: a separator where a header stands below it.
_HARDLY_DATED = re.compile(rb"From [^\r\n]{0,300}?(?:\d:\d\d|(?:19|20)\d\d)")
_FIELD = re.compile(rb"[!-9;-~]{1,120}[ \t]{0,4}:|>From |From:")
_QUOTED = re.compile(rb"^>(>{0,100}From )", re.MULTILINE)
_TO_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_STAMP = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat"
    r"|Sun),? +(?P<month>[A-Z][a-z]{2}) +(?P<day>\d{1,2}) +(?P<time>\d{1,2}:\d{2}(?::\d{2})?)"
    r"(?: +(?P<before>[+-]\d{4}|[A-Z]{2,5}))? +(?P<year>\d{4})(?!\d)(?: +(?P<after>[+-]\d{4}))?"
)

# What stands behind the sender, whose address or name may have blanks.
_BEHIND_SENDER = re.compile(
    r"From .{0,300}?(?:^From|[ \t])((?:[A-Z][a-z]{2},? +)?(?:[A-Z][a-z]{2} +)?\d[^\r\n]{5,60})"
)


# Octets of a line, and of what follows it, that are looked at.
_LINE_OCTETS = 500
_HEAD_OCTETS = 4_096
# Octets of line ends between a message and the next separator.
_MAX_LINE_ENDS = 4


@dataclass(frozen=True)
class Span:
    """Where one message lies in its file, in bytes.

    Args: quoted, whether ``>From `` is to be undone; sent, when the separator says it was sent.
    """

    start: int
    end: int
    quoted: bool = False
    sent: datetime | None = None

    @property
    def size(self) -> int:
        """Bytes of the message."""
        return self.end - self.start


def is_mbox(head: bytes) -> bool:
    """Whether a file that begins so is an mbox."""
    return head.lstrip(b"\r\n").startswith(b"From ")


def is_message(head: bytes) -> bool:
    """Whether a file that begins so is a single message.

    It has a header with two fields that only messages have.
    """
    return names_mail_fields(head[message_start(head) :])


def find_messages(data: Buffer) -> Iterator[Span]:
    """Give the messages of an mbox in their order."""
    at = _first(data)
    # Where not even the first separator has a date, the empty line before one has to do.
    strict = at is not None and _is_dated(data, at, _line_end(data, at))
    while at is not None:
        start = _line_end(data, at)
        sent = _sent_at(data[at:start])
        end = _end_by_length(data, start, strict)
        if end is not None:
            at = _separator_behind(data, end)
            yield Span(start, end, quoted=False, sent=sent)
            continue
        at = _next(data, start, strict)
        end = _without_empty_line(data, start, len(data) if at is None else at)
        yield Span(start, end, quoted=True, sent=sent)


def unquoted(raw: bytes) -> bytes:
    """Return a message as it was before its lines ``From `` were quoted."""
    return _QUOTED.sub(rb"\1", raw)


def entry(message: bytes, *, sender: str, sent: datetime) -> bytes:
    """Return a message as mboxrd keeps it; line ends become LF.

    Args: sender, an ASCII address or MAILER-DAEMON; sent, UTC-aware.
    """
    body = message.replace(b"\r\n", b"\n")
    line = f"From {sender} {sent.astimezone(UTC):%a %b %e %H:%M:%S %Y}\n"
    return line.encode("ascii", "replace") + _TO_QUOTE.sub(rb">\1", body).rstrip(b"\n") + b"\n\n"


def _first(data: Buffer) -> int | None:
    at = 0
    while data[at : at + 1] in (b"\r", b"\n"):
        at += 1
    return at if data[at : at + 5] == b"From " else None


def _line_end(data: Buffer, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end + 1


def _next(data: Buffer, start: int, strict: bool) -> int | None:
    at = max(start - 1, 0)
    while (at := data.find(b"\nFrom ", at)) >= 0:
        if _is_separator(data, at + 1, strict):
            return at + 1
        at += 1
    return None


def _is_separator(data: Buffer, at: int, strict: bool) -> bool:
    """Whether a line ``From `` begins a message; ``strict`` where separators have a date."""
    below = _line_end(data, at)
    has_header = _FIELD.match(data[below : below + 200]) is not None
    if not strict:
        return has_header and _is_below_empty_line(data, at)
    if not _is_dated(data, at, below):
        return False
    if has_header:
        return True
    # Some programs put an empty line before the header; a header must follow it then.
    return _is_line_end(data, below) and names_mail_fields(_head(data, below))


def _is_below_empty_line(data: Buffer, at: int) -> bool:
    return data[max(at - 3, 0) : at].endswith((b"\n\n", b"\n\r\n"))


def _is_line_end(data: Buffer, at: int) -> bool:
    return data[at : at + 1] in (b"\r", b"\n")


def _head(data: Buffer, at: int) -> bytes:
    """Return the beginning of what follows, without empty lines before it."""
    return data[at : at + _HEAD_OCTETS].lstrip(b"\r\n")


def _is_dated(data: Buffer, at: int, below: int) -> bool:
    """Whether a line has the date of a separator.

    One of another form needs a message's header below it.
    """
    line = data[at : min(below, at + _LINE_OCTETS)]
    if _DATED.match(line) is not None:
        return True
    return _HARDLY_DATED.match(line) is not None and names_mail_fields(_head(data, below))


def _end_by_length(data: Buffer, start: int, strict: bool) -> int | None:
    """Return where a message ends by its Content-Length; None where that is missing or wrong.

    It is right when it leads to the next separator, or to the end of the file.
    """
    body = header_end(data, start, min(len(data), start + MAX_HEADER))
    match = _LENGTH.search(data[start:body])
    if match is None:
        return None
    end = body + int(match[1])
    if end > len(data):
        return None
    following = _separator_behind(data, end)
    if following is None:
        return end
    if data[following - 1 : following] != b"\n":
        return None
    if data[following : following + 5] != b"From ":
        return None
    if not _is_separator(data, following, strict):
        return None
    return end


def _separator_behind(data: Buffer, end: int) -> int | None:
    """Return where the next message may begin behind line ends; None at the end of the file."""
    at = end
    while at < end + _MAX_LINE_ENDS and _is_line_end(data, at):
        at += 1
    if at >= len(data):
        return None
    return at


def _without_empty_line(data: Buffer, start: int, end: int) -> int:
    for tail in (b"\n\r\n", b"\n\n"):
        if data[max(end - len(tail), start) : end] == tail:
            return end - len(tail) + 1
    return end


def _sent_at(line: bytes) -> datetime | None:
    """Return the time that a separator states, in UTC; None without one."""
    text = line.decode("latin-1")
    match = _STAMP.search(text)
    if match is None:
        behind = _BEHIND_SENDER.match(text)
        return None if behind is None else parse_date(behind[1])
    zone = match["before"] or match["after"] or "+0000"
    try:
        parsed = parsedate_to_datetime(
            f"{match['day']} {match['month']} {match['year']} {match['time']} {zone}"
        )
        if parsed.tzinfo is None:
            parsed = parsed.replace(tzinfo=UTC)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
