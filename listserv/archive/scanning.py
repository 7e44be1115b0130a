"""Index the messages of an archive: author, date, subject and what each answers, in order.

What a broken message lacks is made up for, always alike, so that the same message is the same one
again: an identifier from its bytes, a date from its separator, its Received fields or the message
before it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from hub.lib.addresses import fold_address
from listserv.archive.composing import NOBODY
from listserv.archive.sources import Archive, Place
from listserv.mail.parse.dates import parse_date
from listserv.mail.parse.headers import addresses, display_name
from listserv.mail.parse.message import ParsedMessage, clean, parse
from listserv.mail.parse.structure import MAX_HEADER, message_header
from listserv.mail.parse.subjects import bare_subject

# Identifiers made from the bytes of a message that has none stand in this domain.
DOMAIN = "archive.invalid"
# Received fields that are looked at, the first server last.
_MAX_RECEIVED = 20
# Octets within which a header mostly ends.
_HEADER = 16_384
# Nobody wrote a message before; a clock that was never set says 1 January 1970.
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
    """Read the header of each message; in the order of the archive.

    No two have one identifier, unless they are the same message. A second message under the
    Message-ID of another one, written by somebody else or at another time, gets an identifier made
    from its bytes.
    """
    items: list[ArchivedMessage] = []
    undated: set[int] = set()
    first: dict[str, ArchivedMessage] = {}
    for place in archive.places:
        message = parse(_header(archive, place))
        date = when(message, sent=place.span.sent, now=now)
        item = ArchivedMessage(
            place,
            message.message_id,
            not message.message_id,
            _answers(message),
            date or _EARLIEST,
            message.subject,
            author_of(message),
        )
        if date is None:
            undated.add(id(item))
        if not message.message_id or _is_another(item, first.setdefault(message.message_id, item)):
            item.message_id, item.is_made_up = made_up_id(archive.raw(place)), True
        items.append(item)
    if undated:
        _fill_dates(items, undated, now)
    return items


def _is_another(item: ArchivedMessage, first: ArchivedMessage) -> bool:
    """Whether a message only bears the Message-ID of the first one."""
    return (item.date, item.author) != (first.date, first.author)


def _fill_dates(items: list[ArchivedMessage], undated: set[int], now: datetime) -> None:
    """Put messages without a date at the date of the message that they answer.

    Else at that of the one before, else of the next one; only where nothing in the archive has a
    date, at that of the import. Args: undated, of messages without a date, their ``id()``.
    """
    dates = {item.message_id: item.date for item in items if id(item) not in undated}
    first = next((item.date for item in items if id(item) not in undated), None)
    before = first or now.replace(microsecond=0)
    for item in items:
        if id(item) in undated:
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
    seen: set[int] = set()
    ordered: list[ArchivedMessage] = []
    for item in by_date:
        chain: list[ArchivedMessage] = []
        at: ArchivedMessage | None = item
        while at is not None and id(at) not in seen:
            seen.add(id(at))
            chain.append(at)
            at = _answered(at, by_id)
        ordered += reversed(chain)
    return ordered


def _answered(
    item: ArchivedMessage, by_id: Mapping[str, ArchivedMessage]
) -> ArchivedMessage | None:
    """Return the nearest message that another one answers, None where none is in the archive."""
    for message_id in item.answers:
        answered = by_id.get(message_id, item)
        if answered is not item:
            return answered
    return None


def list_tag(items: Iterable[ArchivedMessage]) -> str:
    """Return what the list had put in brackets before most of its subjects, empty for nothing."""
    subjects = [item.subject for item in items]
    tags = Counter(match[1] for match in map(_TAG.match, subjects) if match is not None)
    tag, count = next(iter(tags.most_common(1)), ("", 0))
    if count < 2:
        return ""
    return tag if count * 2 >= len(subjects) else ""


def topic_of(subject: str, *, tags: Iterable[str]) -> str:
    """Return a subject without reply marks and without the tags of the lists it went through."""
    for tag in tags:
        subject = bare_subject(subject, tag=tag)
    return subject


def is_reply(subject: str, topic: str) -> bool:
    """Whether a subject is marked as a reply to its topic (:func:`topic_of`).

    The tags of lists are no such marks.
    """
    if not topic:
        return False
    begins = topic.casefold()
    plain = subject.strip().casefold()
    if plain.startswith(begins):
        return False
    return not _TAGGED.sub("", plain).strip().startswith(begins)


def author_of(message: ParsedMessage) -> ArchivedAuthor:
    """Return who wrote a message, looking through what lists and archives do to From.

    ``user at example.com`` is an address; for ``Name via List <list@…>`` the author stands in
    Reply-To or in X-Original-From.
    """
    value = message.headers.raw("from")
    name, address = display_name(value), next(iter(message.from_addresses), "")
    if not address:
        name, address = _obscured_author(value, name)
    via = _VIA.match(name)
    if via is not None:
        lists = _lists(message)
        if address in lists:
            name, address = via[1].strip(), _address_behind_list(message, lists) or address
    address = "" if address == NOBODY else clean(address)[:254]
    return ArchivedAuthor("" if name == address else name, address)


def _obscured_author(value: str, name: str) -> tuple[str, str]:
    """Return name and address of an author whose address is written in words, or is missing."""
    match = _OBSCURED.search(value[:1_000])
    if match is not None:
        return name, fold_address(f"{match[1]}@{match[2]}")
    return name or display_name(f"({value.strip('<> ')[:200]})"), ""


def _lists(message: ParsedMessage) -> frozenset[str]:
    fields = ("list-post", "to", "cc", "sender")
    return frozenset(
        address
        for field in fields
        for address in addresses(message.headers.raw(field).replace("mailto:", ""))
    )


def _address_behind_list(message: ParsedMessage, lists: frozenset[str]) -> str:
    """Return the author's own address behind a list's, empty when it is nowhere."""
    for field in ("x-original-from", "x-original-sender", "reply-to"):
        senders = [
            address for address in addresses(message.headers.raw(field)) if address not in lists
        ]
        if len(senders) == 1:
            return senders[0]
    return ""


def _answers(message: ParsedMessage) -> tuple[str, ...]:
    named = dict.fromkeys((*message.in_reply_to, *reversed(message.references)))
    return tuple(message_id for message_id in named if message_id != message.message_id)


def when(message: ParsedMessage, *, sent: datetime | None, now: datetime) -> datetime | None:
    """Return when a message was written, to the second; None where nothing in it says.

    By its Date, by the date at which somebody sent it on, by its separator, by the first server
    that received it.
    """
    candidates = (
        message.date,
        parse_date(message.headers.raw("resent-date")),
        sent,
        *(
            parse_date(value.rpartition(";")[2])
            for value in reversed(message.headers.all("received")[-_MAX_RECEIVED:])
        ),
        parse_date(message.headers.raw("delivery-date")),
    )
    latest = now + timedelta(days=2)
    for date in filter(None, candidates):
        if _EARLIEST < date < latest:
            return date.replace(microsecond=0)
    return None
