"""What a member may see of the lists, and what an address of the mail domain means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.models import EmailAddress
from django.db.models import (
    Count,
    Exists,
    F,
    FilteredRelation,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Window,
)
from django.db.models.functions import Length
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from forums import selectors as forum_selectors
from forums.policy import READ, Access, access_of
from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.dates import format_day
from hub.lib.errors import NotFound
from hub.lib.home import Block, BlockKind
from hub.lib.paging import PagedList, listed
from hub.lib.prepared import Prepared
from listserv.models import (
    REFUSED_KEPT,
    InboundMail,
    Mailing,
    MailingList,
    NotificationSettings,
    Subscription,
)
from listserv.tokens import LOCAL_PART_MAX, NO_LIST, SAME_AS, SUBADDRESSES, address, confirm_token

if TYPE_CHECKING:
    from hub.members.models import Member

# Asked for on each page of a discussion.
_of_forum = Prepared(
    lambda forum_id: MailingList.objects.filter(forum_id=forum_id).select_related("forum")
)
# The list of a discussion, and how one member receives it.
_received = Prepared(
    lambda forum_id, member_id: (
        MailingList.objects.filter(forum_id=forum_id)
        .annotate(
            own=FilteredRelation(
                "subscriptions",
                condition=Q(subscriptions__member_id=member_id, subscriptions__ended_at=None),
            )
        )
        .values_list("name", "own__delivery", "own__suspended_for", "own__paused_until")
    )
)
# Asked on each home.
_held_mail = Prepared(
    lambda member_id: (
        InboundMail.objects.filter(member_id=member_id, state=InboundMail.State.HELD)
        .annotate(total=Window(Count("pk")))
        .order_by("received_at", "pk")
        .values_list("pk", "list__name", "received_at", "total")[:1]
    )
)


# Lists on a page of one's own lists: each has its forms.
LISTS = 20
# What stands between the plus sign and the dot of an address with a token.
_KINDS_BY_MARKER = {"r": "reply", "a": "alias"}


@dataclass(frozen=True)
class ListAddress:
    """An address of a list: ``kind`` is post, reply, alias or one of ``SUBADDRESSES``.

    ``token`` may be empty.
    """

    mailing_list: MailingList
    kind: str
    token: str = ""


@dataclass(frozen=True)
class ListLine:
    """A list as a member sees it.

    Args:
        subscription: None for somebody who may read but is not on the roster.
        silence: why the member cannot write to the list now, empty when they can.
    """

    mailing_list: MailingList
    subscription: Subscription | None
    silence: str = ""

    @property
    def delivery(self) -> str:
        """The delivery mode in force."""
        if self.on_roster is None:
            return str(Subscription.Delivery.NONE)
        return self.on_roster.delivery

    @property
    def on_roster(self) -> Subscription | None:
        """The subscription, when the member is on the roster now."""
        if self.subscription is None or self.subscription.ended_at is not None:
            return None
        return self.subscription


def list_by_name(name: str) -> MailingList | None:
    """Return a list with its forum. Queries: 1."""
    return MailingList.objects.filter(name=name).select_related("forum").first()


def list_by_address(
    local_part: str, *, find: Callable[[str], MailingList | None] = list_by_name
) -> ListAddress | None:
    """Return what a local part of the mail domain means, None when nothing of ours has that name.

    The token is not read here: :mod:`listserv.tokens` does it, and the gateway answers a forged
    one.

    Args: find, how a list is found by its name. Queries: at most 2,
    those of ``find``.
    """
    local = local_part.strip().lower()
    if not local.isascii() or len(local) > LOCAL_PART_MAX:
        return None
    name, plus, detail = local.partition("+")
    head, _hyphen, word = name.rpartition("-")
    if head and word in SUBADDRESSES:
        mailing_list = find(head)
        if mailing_list is not None:
            return ListAddress(mailing_list, SAME_AS.get(word, word), detail)
    kind, token = "post", ""
    if plus:
        marker, _dot, token = detail.partition(".")
        if marker not in _KINDS_BY_MARKER:
            return None
        kind = _KINDS_BY_MARKER[marker]
    # A list whose name ends as a subaddress does, from before there was that one, keeps its
    # address.
    mailing_list = find(name)
    if mailing_list is None:
        return None
    return ListAddress(mailing_list, kind, token)


def list_of_forum(forum_id: int) -> MailingList | None:
    """Return the list of a forum."""
    mailing_list: MailingList | None = _of_forum.first(forum_id)
    return mailing_list


def _lists(member: "Member", access: Access) -> "QuerySet[MailingList]":
    """Return the lists whose discussions the member may read, those they have been on first."""
    own = Subscription.objects.filter(list=OuterRef("pk"), member=member)
    rows = MailingList.objects.filter(forum_id__in=sorted(access.having(READ)))
    rows = rows.select_related("forum__policy")
    return rows.annotate(is_other=~Exists(own)).order_by("is_other", "forum__name", "pk")


def _lines(member: "Member", access: Access, lists: "Sequence[MailingList]") -> list[ListLine]:
    rows = Subscription.objects.filter(
        member=member, list__in=[mailing_list.pk for mailing_list in lists]
    )
    own = {row.list_id: row for row in rows.select_related("address", "member")}
    return [ListLine(row, own.get(row.pk), _silence(member, row, access.rights)) for row in lists]


def _silence(
    member: "Member", mailing_list: MailingList, rights: Mapping[int, frozenset[str]]
) -> str:
    policy = getattr(mailing_list.forum, "policy", None)
    if policy is None:
        return ""
    return forum_selectors.silence_in(
        member, policy, rights.get(mailing_list.forum_id, frozenset())
    )


def lists_for(member: "Member", *, access: Access | None = None) -> list[ListLine]:
    """Return all lists whose discussions the member may read; pages take :func:`list_page_for`.

    Args: access, the member's, where the caller has it. Queries: 3, or 2 with the access.
    """
    if access is None:
        access = access_of(member)
    return _lines(member, access, list(_lists(member, access)))


def list_page_for(member: "Member", *, page: int = 1, size: int = LISTS) -> PagedList[ListLine]:
    """Return a page of the lists whose discussions the member may read. Queries: 4."""
    access = access_of(member)
    rows = listed(_lists(member, access), page=page, size=size)
    return PagedList(_lines(member, access, rows), rows.number, rows.pages, rows.total)


def list_line_for(member: "Member", name: str) -> ListLine | None:
    """Return one of the lists whose discussions the member may read, by its name. Queries: 3."""
    access = access_of(member)
    lists = list(_lists(member, access).filter(name=name))
    return next(iter(_lines(member, access, lists)), None)


def list_lines_named(member: "Member", names: Sequence[str]) -> list[ListLine]:
    """Return some of the lists whose discussions the member may read, by name. Queries: 3."""
    access = access_of(member)
    return _lines(member, access, list(_lists(member, access).filter(name__in=names)))


def notification_settings_of(member: "Member") -> NotificationSettings:
    """Return what comes to a member besides the lists, the defaults for no row. Queries: 1."""
    row = NotificationSettings.objects.filter(member=member).first()
    return row or NotificationSettings(member=member)


def addresses_of(member: "Member") -> list[EmailAddress]:
    """Return the member's verified addresses, the primary first."""
    return list(
        EmailAddress.objects.filter(user=member, verified=True).order_by("-primary", "email")
    )


def subscription_by_key(pk: int, list_name: str) -> Subscription | None:
    """Return a subscription that a leave token names, for whoever holds the token."""
    rows = Subscription.objects.filter(pk=pk, list__name=list_name)
    return rows.select_related("list__forum", "member", "address").first()


def last_mailing_done(list_id: int, subscription_id: int) -> int:
    """Return the key of the last mailing of a list that has gone past a subscription, 0 for none.

    A digest that begins takes up after it. Keys follow the order in which contributions were
    accepted: whoever accepts one holds the forum's row until the commit. Queries: 1.
    """
    waits = Q(state=Mailing.State.SENDING, cursor__lt=subscription_id)
    newest = Mailing.objects.filter(list_id=list_id).aggregate(
        last=Max("pk"), waiting=Min("pk", filter=waits)
    )
    if newest["waiting"] is not None:
        return int(newest["waiting"]) - 1
    return newest["last"] or 0


def forum_aside(*, forum_id: int, member: "Member | None") -> dict[str, Any]:
    """Return what a discussion page shows of its list.

    That is ``list_address``, ``leaders_address`` (of those who lead), ``list_delivery`` (a mode)
    and ``list_delivery_label``. The public sees no address: it could not write there. Queries: 1
    for a member, none for the public.
    """
    if member is None:
        return {}
    row = next(iter(_received.rows(forum_id, member.pk)), None)
    if row is None:
        return {}
    name, mode, stopped_for, paused_until = row
    if mode is None:
        # Not on the roster.
        mode, stopped_for = Subscription.Delivery.NONE, ""
    return {
        "list_address": address(name),
        "leaders_address": address(f"{name}-owner"),
        "list_delivery": str(mode),
        "list_delivery_label": _delivery_label(mode, stopped_for, paused_until),
    }


def _delivery_label(mode: str, stopped_for: str, paused_until: datetime | None) -> str:
    """Say what a member gets of a list at present; mail that is stopped or paused has no mode."""
    label = str(Subscription.Delivery(mode).label)
    if stopped_for:
        return str(
            _("stopped: %(reason)s") % {"reason": Subscription.Suspension(stopped_for).label}
        )
    if paused_until is not None and paused_until > clock.now():
        day = format_day(timezone.localtime(paused_until), short=True)
        return str(_("nothing until %(day)s, then %(mode)s") % {"day": day, "mode": label})
    return label


def home_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return what waits for a member on the home: held messages, failed ones for the Secretariat.

    Queries: 1, and 1 more for the Secretariat.
    """
    blocks = _held_blocks(member)
    if member.is_active and member.is_staff:
        blocks += _failed_blocks()
    return blocks


def _held_blocks(member: "Member") -> list[Block]:
    oldest = next(iter(_held_mail.rows(member.pk)), None)
    if oldest is None:
        return []
    pk, name, since, count = oldest
    title = ngettext(
        "%d message is waiting for your confirmation",
        "%d messages are waiting for your confirmation",
        count,
    )
    token = confirm_token(inbound_id=pk, member_id=member.pk)
    url = reverse("listserv:confirm", args=(name or NO_LIST, token))
    return [Block(BlockKind.ASKED, with_count(title, count), url, at=since)]


def _failed_blocks() -> list[Block]:
    failed = InboundMail.objects.filter(state=InboundMail.State.FAILED)
    failures = failed.aggregate(count=Count("pk"), since=Min("received_at"))
    count = failures["count"]
    if not count:
        return []
    title = ngettext(
        "%d message could not be published", "%d messages could not be published", count
    )
    url = f"{reverse('listserv:inbound')}?state={InboundMail.State.FAILED}"
    return [Block(BlockKind.ASKED, with_count(title, count), url, at=failures["since"])]


@dataclass(frozen=True)
class InboundRecord:
    """What came in by mail and is not in a discussion, by state; the empty one stands for all."""

    LABELS: ClassVar[dict[str, Promise]] = {
        "": pgettext_lazy("incoming messages", "All"),
        InboundMail.State.FAILED.value: pgettext_lazy("incoming messages", "Failed"),
        InboundMail.State.QUEUED.value: pgettext_lazy("incoming messages", "Waiting"),
        InboundMail.State.HELD.value: pgettext_lazy("incoming messages", "Held for confirmation"),
        InboundMail.State.REJECTED.value: pgettext_lazy("incoming messages", "Refused"),
    }
    chosen: QuerySet[InboundMail]
    counts: dict[str, int]  # state -> mails

    def rows(self, state: str) -> QuerySet[InboundMail]:
        """Return those in one state, the newest first, without their bytes."""
        rows = self.chosen
        if state:
            rows = rows.filter(state=state)
        return (
            rows.defer("raw")
            .select_related("member", "list__forum")
            .order_by("-received_at", "-pk")
        )


def inbound_for(member: "Member", *, refused_since: datetime) -> InboundRecord:
    """Return what waits, is held or has failed, and what was refused since a moment.

    What was refused and kept whole, because a relay had queued it, has bounced to nobody: it is
    there as long as it is kept (:data:`listserv.models.inbound.REFUSED_KEPT`).

    Raises: NotFound for everybody outside the Secretariat. Queries: 1.
    """
    if not (member.is_active and member.is_staff):
        raise NotFound
    states = InboundMail.State
    chosen = InboundMail.objects.alias(bytes=Length("raw")).filter(
        Q(state__in=(states.QUEUED, states.HELD, states.FAILED))
        | Q(state=states.REJECTED, received_at__gte=refused_since)
        | Q(state=states.REJECTED, received_at__gte=refused_since - REFUSED_KEPT, bytes=F("size"))
    )
    counts = dict.fromkeys(InboundRecord.LABELS, 0)
    counts.update(chosen.order_by().values_list("state").annotate(count=Count("pk")))
    counts[""] = sum(counts.values())
    return InboundRecord(chosen, counts)
