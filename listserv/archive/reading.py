"""Know of each message of an archive who wrote it, when, what it is called and what it answers; and put all in order.

What a broken message lacks is made up for, always alike, so that the same message is the same one again: an
identifier from its bytes, a date from its separator, its Received fields or the message before it.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from hub.lib.addresses import fold_address
from listserv.archive.message import NOBODY
from listserv.archive.sources import Archive, Place
from listserv.inbound.headers import addresses, display_name, parse_date
from listserv.inbound.mime import Mail, clean, parse
from listserv.inbound.structure import MAX_HEADER, header_end
from listserv.subjects import bare_subject

# Identifiers made from the bytes of a message that has none stand in this domain.
DOMAIN = "archive.invalid"
# Octets within which a header mostly ends.
_HEADER = 16_384
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_OBSCURED = re.compile(r"([^\s<>\"(),;:@]{1,64}) (?:at|AT|\(at\)|_at_) ([^\s<>\"(),;:@]{1,250})")
_VIA = re.compile(r"^'?(.{1,150}?)'? (?:via|по списку|über|vía) .{1,200}$")
_TAGGED = re.compile(r"^(?: ?\[[^\[\]]{1,40}\]){0,3}")
_TAG = re.compile(r"^(?:\w{1,5} ?: ?){0,3}\[([^\[\]]{1,40})\]")


@dataclass(frozen=True)
class Author:
    """Who a message names: a name and a folded address; either may be empty."""

    name: str
    address: str


@dataclass(slots=True)
class Item:
    """What the index knows of a message; ``answers`` are Message-IDs, the nearest first."""

    place: Place
    message_id: str
    is_made_up: bool
    answers: tuple[str, ...]
    date: datetime
    subject: str
    author: Author


def index(archive: Archive, *, now: datetime) -> list[Item]:
    """Read the header of each message; in the order of the archive, no two of one identity but of one content.

    A second message under the Message-ID of another one, written by somebody else or at another time, gets an
    identifier made from its bytes.
    """
    items: list[Item] = []
    first: dict[str, Item] = {}
    before = now
    for place in archive.places:
        mail = parse(_header(archive, place))
        date = when(mail, sent=place.span.sent, before=before, now=now)
        before = date
        named = mail.message_id
        item = Item(place, named, not named, _answers(mail), date, mail.subject, author_of(mail))
        earlier = first.setdefault(named, item) if named else None
        if not named or (earlier is not None and (earlier.date, earlier.author) != (item.date, item.author)):
            item.message_id, item.is_made_up = made_up_id(archive.raw(place)), True
        items.append(item)
    return items


def _header(archive: Archive, place: Place) -> bytes:
    for most in (_HEADER, MAX_HEADER):
        head = archive.head(place, most)
        end = header_end(head, 0, len(head))
        if end < len(head) or len(head) < most:
            break
    return head[:end]


def made_up_id(raw: bytes) -> str:
    """Return the identifier of a message that has none of its own."""
    plain = raw.replace(b"\r\n", b"\n").strip()
    return f"{sha256(plain).hexdigest()[:32]}@{DOMAIN}"


def in_order(items: Iterable[Item]) -> list[Item]:
    """Return the messages by date, and each behind the one it answers, whatever the clocks said."""
    by_date = sorted(items, key=lambda item: item.date)
    by_id: dict[str, Item] = {}
    for item in by_date:
        by_id.setdefault(item.message_id, item)
    done: set[int] = set()
    out: list[Item] = []
    for item in by_date:
        chain: list[Item] = []
        waiting: set[int] = set()
        at: Item | None = item
        while at is not None and id(at) not in done and id(at) not in waiting:
            chain.append(at)
            waiting.add(id(at))
            at = next((by_id[one] for one in at.answers if one in by_id and by_id[one] is not at), None)
        for one in reversed(chain):
            done.add(id(one))
            out.append(one)
    return out


def list_tag(items: Iterable[Item]) -> str:
    """Return what the list had put in brackets before most of its subjects, empty for nothing."""
    subjects = [item.subject for item in items]
    tags = Counter(found[1] for subject in subjects if (found := _TAG.match(subject)))
    tag, count = tags.most_common(1)[0] if tags else ("", 0)
    return tag if count >= 2 and count * 2 >= len(subjects) else ""


def topic_of(subject: str, *, tags: Iterable[str]) -> str:
    """Return a subject without reply marks and without the tags of the lists it went through."""
    for tag in tags:
        subject = bare_subject(subject, tag=tag)
    return subject


def is_reply(subject: str, topic: str) -> bool:
    """Whether a subject is marked as a reply to its topic (:func:`topic_of`), beside the tags of lists."""
    begins = topic.casefold()
    plain = subject.strip().casefold()
    return bool(topic) and not (plain.startswith(begins) or _TAGGED.sub("", plain).strip().startswith(begins))


def author_of(mail: Mail) -> Author:
    """Return who wrote a message, looking through what lists and archives do to From.

    ``user at example.com`` is an address; for ``Name via List <list@…>`` the author stands in Reply-To or in
    X-Original-From.
    """
    value = mail.headers.raw("from")
    name, address = display_name(value), mail.from_addresses[0] if mail.from_addresses else ""
    if not address:
        found = _OBSCURED.search(value[:1_000])
        address = fold_address(f"{found[1]}@{found[2]}") if found else ""
        name = name or ("" if found else display_name(f"({value.strip('<> ')[:200]})"))
    via = _VIA.match(name)
    lists = _lists(mail) if via is not None else frozenset()
    if via is not None and address in lists:
        name, address = via[1].strip(), _behind(mail, lists) or address
    address = "" if address == NOBODY else clean(address)[:254]
    return Author("" if name == address else name, address)


def _lists(mail: Mail) -> frozenset[str]:
    fields = ("list-post", "to", "cc", "sender")
    return frozenset(one for field in fields for one in addresses(mail.headers.raw(field).replace("mailto:", "")))


def _behind(mail: Mail, lists: frozenset[str]) -> str:
    """Return the author's own address behind a list's, empty when it is nowhere."""
    for field in ("x-original-from", "x-original-sender", "reply-to"):
        found = [one for one in addresses(mail.headers.raw(field)) if one not in lists]
        if len(found) == 1:
            return found[0]
    return ""


def _answers(mail: Mail) -> tuple[str, ...]:
    named = dict.fromkeys((*mail.in_reply_to, *reversed(mail.references)))
    return tuple(one for one in named if one != mail.message_id)


def when(mail: Mail, *, sent: datetime | None, before: datetime, now: datetime) -> datetime:
    """Return when a message was written, to the second: by its Date, its separator, its Received, its neighbour."""
    received = mail.headers.raw("received").rpartition(";")[2]
    candidates = (mail.date or _iso(mail.headers.raw("date")), sent, parse_date(received), before)
    for found in candidates:
        if found is not None and _EARLIEST < found < now + timedelta(days=2):
            return found.replace(microsecond=0)
    return before.replace(microsecond=0)


def _iso(value: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(value.strip()[:40])
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
