"""Figures of one list: contributions, modes of delivery, and what became of the copies."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.timezone import localtime

from forums.pages import contributions_per_week
from forums.policy import ADMIT, READ, Access, access_of
from hub.lib.errors import NotAllowed, NotFound
from listserv.models import Bounce, Mailing, MailingList, Retry, Subscription

if TYPE_CHECKING:
    from hub.members.models import Member

WEEKS = 12
# The figures of deliveries and bounces look back so far.
RECENT_DAYS = 30


@dataclass(frozen=True)
class Deliveries:
    """What became of the copies of the last :data:`RECENT_DAYS`; counts of copies and mailings."""

    mailings: int
    sent: int
    failed: int
    waiting: int
    bounces: list[tuple[str, int]]  # kind of report in words, count


@dataclass(frozen=True)
class Figures:
    """The figures of a list; ``deliveries`` are for those who lead its discussion."""

    mailing_list: MailingList
    weeks: list[tuple[date, int]]  # Monday, contributions; the newest first
    modes: list[tuple[str, int]]  # delivery mode in words, subscriptions
    subscribers: int
    paused: int
    suspended: int
    leads: bool
    deliveries: Deliveries | None

    @property
    def most(self) -> int:
        """Contributions of the busiest week, at least 1."""
        return max(1, *(count for _monday, count in self.weeks))


def list_for(member: "Member", name: str) -> MailingList:
    """Return a list whose discussion the member may read.

    Raises: NotFound for hidden and missing alike. Queries: 2.
    """
    mailing_list, _access = _list_and_access(member, name)
    return mailing_list


def _list_and_access(member: "Member", name: str) -> tuple[MailingList, Access]:
    """Return a list that the member may read, and what else they may do."""
    mailing_list = MailingList.objects.filter(name=name).select_related("forum").first()
    if mailing_list is None:
        raise NotFound
    access = access_of(member)
    if not access.may(READ, mailing_list.forum_id):
        raise NotFound
    return mailing_list, access


def led_list_for(member: "Member", name: str) -> MailingList:
    """Return a list that the member leads.

    Raises: NotFound (hidden), NotAllowed. Queries: 2.
    """
    mailing_list, access = _list_and_access(member, name)
    if not access.may(ADMIT, mailing_list.forum_id):
        raise NotAllowed
    return mailing_list


def figures_for(member: "Member", name: str, *, now: datetime) -> Figures:
    """Return the figures of a list.

    Raises: NotFound. Queries: 5, and 3 more for who leads the discussion.
    """
    mailing_list, access = _list_and_access(member, name)
    leads = access.may(ADMIT, mailing_list.forum_id)
    present = Subscription.objects.filter(list=mailing_list, ended_at=None)
    counts = dict(present.values_list("delivery").annotate(n=Count("pk")).order_by())
    stopped = present.aggregate(
        paused=Count("pk", filter=Q(paused_until__gt=now)),
        suspended=Count("pk", filter=Q(suspended_at__isnull=False)),
    )
    deliveries = None
    if leads:
        deliveries = _deliveries(mailing_list, now - timedelta(days=RECENT_DAYS))
    return Figures(
        mailing_list=mailing_list,
        weeks=_weeks(mailing_list.forum_id, now),
        modes=[(str(mode.label), counts.get(mode.value, 0)) for mode in Subscription.Delivery],
        subscribers=sum(counts.values()),
        paused=stopped["paused"],
        suspended=stopped["suspended"],
        leads=leads,
        deliveries=deliveries,
    )


def _weeks(forum_id: int, now: datetime) -> list[tuple[date, int]]:
    today = localtime(now).date()
    monday = today - timedelta(days=today.weekday())
    per_week = contributions_per_week(forum_id, since=now - timedelta(weeks=WEEKS))
    mondays = (monday - timedelta(weeks=back) for back in range(WEEKS))
    return [(day, per_week.get(day, 0)) for day in mondays]


def _deliveries(mailing_list: MailingList, since: datetime) -> Deliveries:
    mailings = Mailing.objects.filter(list=mailing_list, created_at__gte=since)
    sums = mailings.aggregate(
        count=Count("pk"), sent=Sum("sent", default=0), failed=Sum("failed", default=0)
    )
    waiting = Retry.objects.filter(mailing__list=mailing_list, next_at__isnull=False).count()
    reports = Bounce.objects.filter(subscription__list=mailing_list, created_at__gte=since)
    kinds = dict(reports.values_list("kind").annotate(n=Count("pk")).order_by())
    bounces = [(str(kind.label), kinds.get(kind.value, 0)) for kind in Bounce.Kind]
    return Deliveries(sums["count"], sums["sent"], sums["failed"], waiting, bounces)


def roster_of(mailing_list: MailingList, *, search: str = "") -> QuerySet[Subscription]:
    """Return who is on the roster of a list that the reader leads (:func:`led_list_for`)."""
    rows = Subscription.objects.filter(list=mailing_list, ended_at=None).select_related(
        "member", "address"
    )
    if search:
        rows = rows.filter(member__name__icontains=search)
    return rows.order_by("member__name", "pk")
