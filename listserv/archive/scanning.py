"""Know of each message of an archive who wrote it, when, what it is called and what it answers; and
put all in order.

What a broken message lacks is made up for, always alike, so that the same message is the same one
again: an identifier from its bytes, a date from its separator, its Received fields or the message
before it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from hub.lib.addresses import fold_address
from listserv.archive.composing import NOBODY
from listserv.archive.sources import Archive, Place
from listserv.mail.parse.dates import parse_date
from listserv.mail.parse.headers import addresses, display_name
from listserv.mail.parse.message import Mail, clean, parse
from listserv.mail.parse.structure import MAX_HEADER, message_header
from listserv.mail.parse.subjects import bare_subject

# Identifiers made from the bytes of a message that has none stand in this domain.
DOMAIN = "archive.invalid"
# Received fields that are looked at, the first server last.
_MAX_RECEIVED = 20
# Octets within which a header mostly ends.
_HEADER = 16_384
# Nobody wrote a mail before; a clock that was never set says 1 January 1970.
_EARLIEST = datetime(1970, 1, 2, tzinfo=UTC)
_OBSCURED = re.compile(r"([^\s<>\"(),;:@]{1,64}) (?:at|AT|\(at\)|_at_) ([^\s<>\"(),;:@]{1,250})")
_VIA = re.compile(r"^'?(.{1,150}?)'? (?:via|по списку|über|vía) .{1,200}$")
_TAGGED = re.compile(r"^(?: ?\[[^\[\]]{1,40}\]){0,3}")
_TAG = re.compile(r"^(?:\w{1,5} ?: ?){0,3}\[([^\[\]]{1,40})\]")


@dataclass(frozen=True)
class ArchivedAuthor:
    """Who a message names: a name and a folded address; either may be empty."""

    name: str
    address: str


@dataclass(slots=True)
class ArchivedMessage:
    """What the index knows of a message; ``answers`` are Message-IDs, the nearest first."""

    place: Place
    message_id: str
    is_made_up: bool
    answers: tuple[str, ...]
    date: datetime
    subject: str
    author: ArchivedAuthor


def index(archive: Archive, *, now: datetime) -> list[ArchivedMessage]:
    """Read the header of each message; in the order of the archive, no two of one identity but of
    one content.

    A second message under the Message-ID of another one, written by somebody else or at another
    time, gets an identifier made from its bytes.
    """
    items: list[ArchivedMessage] = []
    undated: list[ArchivedMessage] = []
    first: dict[str, ArchivedMessage] = {}
    for place in archive.places:
        mail = parse(_header(archive, place))
        date = when(mail, sent=place.span.sent, now=now)
        named = mail.message_id
        item = ArchivedMessage(
            place,
            named,
            not named,
            _answers(mail),
            date or _EARLIEST,
            mail.subject,
            author_of(mail),
        )
        if date is None:
            undated.append(item)
        earlier = first.setdefault(named, item) if named else None
        if not named or (
            earlier is not None and (earlier.date, earlier.author) != (item.date, item.author)
        ):
            item.message_id, item.is_made_up = made_up_id(archive.raw(place)), True
        items.append(item)
    if undated:
        _date(items, undated, now)
    return items


def _date(items: list[ArchivedMessage], undated: list[ArchivedMessage], now: datetime) -> None:
    """Put what says no date at the date of the message it answers, else of the one before it, else
    of the next one.

    Only where nothing in the archive has a date it stands at the date of the import.
    """
    without = {id(item) for item in undated}
    dates = {item.message_id: item.date for item in items if id(item) not in without}
    first = next(
        (item.date for item in items if id(item) not in without), now.replace(microsecond=0)
    )
    before = first
    for item in items:
        if id(item) in without:
            item.date = next((dates[name] for name in item.answers if name in dates), before)
            dates.setdefault(item.message_id, item.date)
        else:
            before = item.date


def _header(archive: Archive, place: Place) -> bytes:
    for most in (_HEADER, MAX_HEADER):
        head = archive.head(place, most)
        start, end = message_header(head, most)
        if end < len(head) or len(head) < most:
            break
    return head[start:end]


def made_up_id(raw: bytes) -> str:
    """Return the identifier of a message that has none of its own."""
    plain = raw.replace(b"\r\n", b"\n").strip()
    return f"{sha256(plain).hexdigest()[:32]}@{DOMAIN}"


def in_order(items: Iterable[ArchivedMessage]) -> list[ArchivedMessage]:
    """Return the messages by date, and each behind the one it answers, whatever the clocks said."""
    by_date = sorted(items, key=lambda item: item.date)
    by_id: dict[str, ArchivedMessage] = {}
    for item in by_date:
        by_id.setdefault(item.message_id, item)
    done: set[int] = set()
    out: list[ArchivedMessage] = []
    for item in by_date:
        chain: list[ArchivedMessage] = []
        waiting: set[int] = set()
        at: ArchivedMessage | None = item
        while at is not None and id(at) not in done and id(at) not in waiting:
            chain.append(at)
            waiting.add(id(at))
            at = next(
                (by_id[entry] for entry in at.answers if entry in by_id and by_id[entry] is not at),
                None,
            )
        for entry in reversed(chain):
            done.add(id(entry))
            out.append(entry)
    return out


def list_tag(items: Iterable[ArchivedMessage]) -> str:
    """Return what the list had put in brackets before most of its subjects, empty for nothing."""
    subjects = [item.subject for item in items]
    tags = Counter(match[1] for subject in subjects if (match := _TAG.match(subject)))
    tag, count = tags.most_common(1)[0] if tags else ("", 0)
    return tag if count >= 2 and count * 2 >= len(subjects) else ""


def topic_of(subject: str, *, tags: Iterable[str]) -> str:
    """Return a subject without reply marks and without the tags of the lists it went through."""
    for tag in tags:
        subject = bare_subject(subject, tag=tag)
    return subject


def is_reply(subject: str, topic: str) -> bool:
    """Whether a subject is marked as a reply to its
    topic (:func:`topic_of`), beside the tags of lists.
    """
    begins = topic.casefold()
    plain = subject.strip().casefold()
    return bool(topic) and not (
        plain.startswith(begins) or _TAGGED.sub("", plain).strip().startswith(begins)
    )


def author_of(mail: Mail) -> ArchivedAuthor:
    """Return who wrote a message, looking through what lists and archives do to From.

    ``user at example.com`` is an address; for ``Name via List <list@…>`` the author stands in
    Reply-To or in X-Original-From.
    """
    value = mail.headers.raw("from")
    name, address = display_name(value), mail.from_addresses[0] if mail.from_addresses else ""
    if not address:
        match = _OBSCURED.search(value[:1_000])
        address = fold_address(f"{match[1]}@{match[2]}") if match else ""
        name = name or ("" if match else display_name(f"({value.strip('<> ')[:200]})"))
    via = _VIA.match(name)
    lists = _lists(mail) if via is not None else frozenset()
    if via is not None and address in lists:
        name, address = via[1].strip(), _behind(mail, lists) or address
    address = "" if address == NOBODY else clean(address)[:254]
    return ArchivedAuthor("" if name == address else name, address)


def _lists(mail: Mail) -> frozenset[str]:
    fields = ("list-post", "to", "cc", "sender")
    return frozenset(
        address
        for field in fields
        for address in addresses(mail.headers.raw(field).replace("mailto:", ""))
    )


def _behind(mail: Mail, lists: frozenset[str]) -> str:
    """Return the author's own address behind a list's, empty when it is nowhere."""
    for field in ("x-original-from", "x-original-sender", "reply-to"):
        senders = [
            address for address in addresses(mail.headers.raw(field)) if address not in lists
        ]
        if len(senders) == 1:
            return senders[0]
    return ""


def _answers(mail: Mail) -> tuple[str, ...]:
    named = dict.fromkeys((*mail.in_reply_to, *reversed(mail.references)))
    return tuple(message_id for message_id in named if message_id != mail.message_id)


def when(mail: Mail, *, sent: datetime | None, now: datetime) -> datetime | None:
    """Return when a message was written, to the second; None where nothing in it says.

    By its Date, by the date at which somebody sent it on, by its separator, by the first server
    that received it.
    """
    candidates = (
        mail.date,
        parse_date(mail.headers.raw("resent-date")),
        sent,
        *(
            parse_date(value.rpartition(";")[2])
            for value in reversed(mail.headers.all("received")[-_MAX_RECEIVED:])
        ),
        parse_date(mail.headers.raw("delivery-date")),
    )
    latest = now + timedelta(days=2)
    believed = (date for date in candidates if date is not None and _EARLIEST < date < latest)
    date = next(believed, None)
    return date.replace(microsecond=0) if date is not None else None
