"""Read who gets a copy: a page of the roster at a time, and only those who may read right now.

A topic that a member watches comes whatever the delivery mode, and one that is muted never does.

A fan-out reads every subscription of a list; rows of values cost a third of what model instances
do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from forums import selectors as forum_selectors
from listserv.models import Mailing, Subscription

# Modes in which a contribution is mailed when it is made.
AT_ONCE = (Subscription.Delivery.EACH, Subscription.Delivery.NOTICES)
_COLUMNS = (
    "pk", "member_id", "member__email", "address__email", "address__verified", "language",
    "member__language", "delivery", "files", "own_copy",
)  # fmt: skip


class _Row(NamedTuple):
    """A subscription as the database gives it, in the order of the columns."""

    pk: int
    member_id: int
    primary_address: str
    chosen_address: str | None
    is_verified: bool | None
    language: str
    member_language: str
    delivery: str
    files: str
    own_copy: bool


class Form(StrEnum):
    """What a copy holds."""

    TEXT = "text"  # the text, with links to the files
    FILES = "files"  # the text and the files
    NOTICE = "notice"  # who and where, and a link


class Receiver(NamedTuple):
    """A subscription as the fan-out needs it; ``language`` is one of the hub's."""

    pk: int
    member_id: int
    address: str
    language: str
    form: Form
    # Why the contribution concerns the receiver: a mention, an answer, or nothing.
    concern: str = ""


@dataclass(frozen=True)
class RosterPage:
    """A piece of the roster: its last key, how many it has, and who of them gets a copy."""

    last: int
    count: int
    receivers: list[Receiver]


def _wanting(rows: QuerySet[Subscription], topic_id: int, now: datetime) -> QuerySet[Subscription]:
    awake = Q(paused_until=None) | Q(paused_until__lte=now)
    at_once = Q(delivery__in=AT_ONCE) | Q(member_id__in=forum_selectors.watching(topic_id))
    rows = rows.filter(awake, at_once, ended_at=None, suspended_at=None)
    return rows.exclude(member_id__in=forum_selectors.muting(topic_id)).order_by("pk")


def _read(mailing: Mailing, rows: Iterable[tuple[Any, ...]]) -> list[Receiver]:
    """Return the receivers among rows; an author who wants no copy of their own words gets none."""
    author, concerned = mailing.contribution.author_id, _concerned_by(mailing)
    receivers: list[Receiver] = []
    for values in rows:
        row = _Row(*values)
        if row.member_id == author and not row.own_copy:
            continue
        address = row.primary_address
        if row.chosen_address is not None and row.is_verified:
            address = row.chosen_address
        language = row.language or row.member_language
        form = _form_of(row.delivery, row.files)
        concern = concerned.get(row.member_id, "")
        receivers.append(Receiver(row.pk, row.member_id, address, language, form, concern))
    return receivers


def _concerned_by(mailing: Mailing) -> dict[int, str]:
    """Return whom the contribution concerns: member key -> why; asked once for a mailing."""
    concerned: dict[int, str] | None = mailing.__dict__.get("_concerned")
    if concerned is None:
        concerned = forum_selectors.concerned_by(mailing.contribution)
        mailing.__dict__["_concerned"] = concerned
    return concerned


def _form_of(delivery: str, files: str) -> Form:
    if delivery == "notices":
        return Form.NOTICE
    if files == "attach":
        return Form.FILES
    return Form.TEXT


def _entitled(mailing: Mailing, receivers: list[Receiver]) -> list[Receiver]:
    """Return those who may read the forum at this moment: the roster is not the right to read."""
    if not receivers:
        return []
    forum_id = mailing.contribution.post.topic.forum_id
    readers = forum_selectors.readers_among(
        forum_id, {receiver.member_id for receiver in receivers}
    )
    return [receiver for receiver in receivers if receiver.member_id in readers]


def page(mailing: Mailing, *, size: int, now: datetime) -> RosterPage:
    """Return the next piece of a mailing's roster, behind its cursor.

    Queries: 1, 1 more for the first page, and those of :func:`forums.selectors.readers_among` when
    anybody wants it.
    """
    behind = Subscription.objects.filter(list=mailing.list_id, pk__gt=mailing.cursor)
    walk = _wanting(behind, mailing.contribution.topic_id, now)
    rows = list(walk.values_list(*_COLUMNS)[:size])
    if not rows:
        return RosterPage(mailing.cursor, 0, [])
    return RosterPage(rows[-1][0], len(rows), _entitled(mailing, _read(mailing, rows)))


def among(mailing: Mailing, keys: Iterable[int], *, now: datetime) -> list[Receiver]:
    """Return those of some subscriptions who get a copy now.

    Queries: 1, and more as :func:`page`.
    """
    some = Subscription.objects.filter(pk__in=list(keys))
    rows = _wanting(some, mailing.contribution.topic_id, now).values_list(*_COLUMNS)
    return _entitled(mailing, _read(mailing, rows))
