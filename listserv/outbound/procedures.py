"""Tell a list what happens: notifications of procedure, each in its reader's language.

They are the hub's own, not copies of a contribution: From is the hub's, and an answer goes to
the discussion, on what is under discussion then. A worker that is killed leaves a cursor that is
behind by one page at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from forums import selectors as forum_selectors
from forums.outlets import ProcedureNotification
from hub.lib.bus import wake
from hub.lib.mail import send_notification
from listserv import tokens
from listserv.models import MailingList, Procedure, Subscription
from listserv.outbound.hold import unless_on_hold

PAGE = 50  # subscriptions
LEASE = timedelta(minutes=2)
# What is older is of no use to anybody: the session is over.
LATE = timedelta(hours=12)
_D = Subscription.Delivery
AT_ONCE = (_D.EACH, _D.NOTICES)
URGENT = (*AT_ONCE, _D.DAILY, _D.WEEKLY)


@dataclass
class ProcedureReader:
    """Who gets it, as a notification needs it."""

    email: str
    language: str
    time_zone: str


def queue_procedure(notification: ProcedureNotification, *, now: datetime) -> None:
    """Queue what happens for the list of its discussion; rows only."""
    mailing_list = MailingList.objects.filter(forum_id=notification.forum_id).first()
    if mailing_list is None:
        return
    Procedure.objects.create(
        list=mailing_list,
        texts=notification.texts,
        url=notification.url,
        is_urgent=notification.is_urgent,
        created_at=now,
    )
    wake("procedures")


@unless_on_hold
def send_procedures(now: datetime) -> int:
    """Write the notifications for a page of a roster; return how many subscriptions were done.

    They wait for the end of a hold unwritten: what is written then counts as new, and is not
    discarded.

    Queries: 2 when nothing waits, else 6 a page, those of the levels above the forum, and 1 a
    notification.
    """
    procedure = _claim(now)
    if procedure is None:
        return 0
    changes: dict[str, Any] = {"claimed_until": None}
    rows = _page(procedure, now)
    if rows:
        changes["cursor"] = rows[-1].pk
        _write_all(procedure, rows)
    if len(rows) < PAGE:
        changes["finished_at"] = now
    claim = Procedure.objects.filter(pk=procedure.pk, claimed_until=procedure.claimed_until)
    claim.update(**changes)
    return max(1, len(rows))


def _claim(now: datetime) -> Procedure | None:
    """Claim the oldest that is free; what is too late is ended."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    waiting = Procedure.objects.filter(free, finished_at=None).order_by("pk")
    for procedure in waiting.select_related("list__forum")[:10]:
        claim = Procedure.objects.filter(
            pk=procedure.pk, claimed_until=procedure.claimed_until, finished_at=None
        )
        if procedure.created_at < now - LATE:
            claim.update(finished_at=now)
        elif claim.update(claimed_until=now + LEASE):
            procedure.claimed_until = now + LEASE
            return procedure
    return None


def _page(procedure: Procedure, now: datetime) -> list[Subscription]:
    modes: Sequence[str] = AT_ONCE
    if procedure.is_urgent:
        modes = URGENT
    awake = Q(paused_until=None) | Q(paused_until__lte=now)
    rows = Subscription.objects.filter(
        awake,
        list=procedure.list_id,
        pk__gt=procedure.cursor,
        ended_at=None,
        suspended_at=None,
        delivery__in=modes,
    )
    return list(rows.select_related("member", "address").order_by("pk")[:PAGE])


def _write_all(procedure: Procedure, rows: list[Subscription]) -> None:
    """Write to those of a page who may read the discussion at this moment."""
    members = {row.member_id for row in rows}
    readers = forum_selectors.readers_among(procedure.list.forum_id, members)
    for row in rows:
        if row.member_id in readers:
            _write(procedure, row)


def _write(procedure: Procedure, row: Subscription) -> None:
    mailing_list, language = procedure.list, row.language or row.member.language
    words = procedure.texts.get(language) or next(iter(procedure.texts.values()))
    # Number 0 answers no contribution: it is about what is under discussion when it comes.
    reply = tokens.reply_address(
        mailing_list.name, member_id=row.member_id, number=0, list_id=mailing_list.pk
    )
    send_notification(
        to=ProcedureReader(row.recipient, language, row.member.time_zone),
        template="listserv/mail/procedure",
        context={**words, "tag": mailing_list.tag, "url": procedure.url},
        headers={"Reply-To": reply},
    )
