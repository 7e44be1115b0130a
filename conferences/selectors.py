"""What a member may see of the conferences: the only readers, for every page and socket."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import F, Prefetch, Q, QuerySet, Value
from django.utils.translation import gettext as _

from conferences import frames, rules
from conferences.models import AgendaItem, Conference, ConferenceSession, Event, FloorRequest
from conferences.transcript import Transcript, transcript_of
from forums.policy import READ, Access, access_of
from hub.lib.dates import format_moment, format_utc
from hub.lib.errors import NotFound
from hub.lib.home import Block, BlockKind
from hub.lib.paging import PagedList, listed
from hub.lib.prepared import Prepared
from hub.lib.scripts import isolate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forums.outlets import Contribution
    from hub.members.models import Member

__all__ = [
    "RoomView",
    "Transcript",
    "conference_for",
    "conferences_for",
    "events_after",
    "events_for",
    "forum_aside",
    "home_blocks",
    "log_page",
    "may_follow",
    "room_for",
    "sealed_contributions",
    "session_for",
    "sessions_of",
    "statements_of",
    "topic_under_discussion",
    "transcript_for",
    "transcript_of",
    "whole_log",
    "why_it_goes_on",
]

# Conferences on a page of the list and of the proceedings desk.
CONFERENCES = 20
# Events one answer of the catch-up carries; whoever is further behind asks again.
PAGE = 200
# How long before its beginning a conference_session stands on the home.
SOON = timedelta(days=14)
_S = ConferenceSession.State
_F = FloorRequest.State
# Asked for on each page of a discussion.
_of_forum = Prepared(
    lambda forum_id: Conference.objects.filter(forum_id=forum_id).select_related("forum__policy")
)
_not_closed = Prepared(
    lambda conference_id: (
        ConferenceSession.objects.filter(conference_id=conference_id)
        .exclude(state=_S.CLOSED)
        .select_related("current_item")
    )
)
# Asked on each home.
_going_on = Prepared(
    lambda forums, until, now: (
        ConferenceSession.objects.filter(
            conference__forum_id__in=forums, opens_at__lt=until, closes_at__gt=now
        )
        .exclude(state=_S.CLOSED)
        .select_related("conference", "current_item")
        .order_by("opens_at")
    ),
    whole=True,
)
_closed_items = Prepared(
    lambda topics: (
        AgendaItem.objects.filter(
            topic_id__in=topics,
            conference_session__state=_S.CLOSED,
            conference_session__closed_at__isnull=False,
        )
        .order_by()
        .values_list("topic_id", "conference_session__closed_at")
    )
)


@dataclass(frozen=True)
class RoomView:
    """A live room as one member meets it.

    Args:
        holder: who has the floor; ``until`` is the end of their time.
        waiting: the speakers' list, in the order of asking.
        mine: the member's own active request; ``place`` its number on the list, 0 when not waiting.
    """

    conference_session: ConferenceSession
    items: list[AgendaItem]
    holder: FloorRequest | None
    waiting: list[FloorRequest]
    mine: FloorRequest | None = None
    place: int = 0
    leads: bool = False
    speaks: bool = False
    role: str = ""

    @property
    def has_floor(self) -> bool:
        """Whether the member has the floor."""
        return self.mine is not None and self.mine == self.holder


def conferences_for(
    member: "Member | None",
    *,
    page: int = 1,
    forums: set[int] | None = None,
    last: "QuerySet[Any] | None" = None,
    access: Access | None = None,
) -> PagedList[Conference]:
    """Return a page of the conferences the person may read, the latest beginning first.

    Args: forums, the only ones to look in; last, a query for keys of conferences that come after
    all others; access, the person's, where the caller has it. Queries: 4, or 3 with the access.
    """
    if access is None:
        access = access_of(member)
    readable = access.having(READ)
    if forums is not None:
        readable &= forums
    rows = Conference.objects.filter(forum_id__in=sorted(readable))
    rows = rows.select_related("forum__policy").prefetch_related("conference_sessions")
    rows = rows.annotate(is_last=Value(0) if last is None else Q(pk__in=last))
    rows = rows.order_by("is_last", F("forum__policy__opens_at").desc(nulls_last=True), "-pk")
    return listed(rows, page=page, size=CONFERENCES)


def conference_for(member: "Member | None", slug: str) -> Conference:
    """Return one conference. Raises: NotFound for hidden and missing alike. Queries: 2."""
    rows = Conference.objects.filter(slug=slug, forum_id__in=access_of(member).having(READ))
    conference = rows.select_related("forum__policy").first()
    if conference is None:
        raise NotFound
    return conference


def sessions_of(conference: Conference) -> list[ConferenceSession]:
    """Return the timetable of a permitted conference, each with its agenda. Queries: 2."""
    rows = conference.conference_sessions.select_related("current_item")
    return list(
        rows.prefetch_related(Prefetch("items", AgendaItem.objects.select_related("topic")))
    )


def session_for(member: "Member | None", conference_session_id: int) -> ConferenceSession:
    """Return one conference_session. Raises: NotFound for hidden and missing alike. Queries: 2."""
    return _session(access_of(member), conference_session_id)


def _session(access: Access, conference_session_id: int) -> ConferenceSession:
    rows = ConferenceSession.objects.select_related("conference__forum__policy", "current_item")
    conference_session = rows.filter(
        pk=conference_session_id, conference__forum_id__in=access.having(READ)
    ).first()
    if conference_session is None:
        raise NotFound
    return conference_session


def may_follow(member: "Member | None", conference_session_id: int) -> bool:
    """Whether the person may watch a conference_session. Queries: 2.

    It is asked again when memberships change.
    """
    try:
        session_for(member, conference_session_id)
    except NotFound:
        return False
    return True


def room_for(member: "Member | None", conference_session_id: int) -> RoomView:
    """Return a live room. Raises: NotFound. Queries: 4, whatever the length of the list."""
    access = access_of(member)
    conference_session = _session(access, conference_session_id)
    requests = conference_session.floor_requests.filter(state__in=FloorRequest.ACTIVE)
    active = list(requests.select_related("member"))
    holders = (request for request in active if request.state == _F.GIVEN)
    waiting = [request for request in active if request.state == _F.WAITING]
    view = RoomView(
        conference_session=conference_session,
        items=list(conference_session.items.select_related("topic")),
        holder=next(holders, None),
        waiting=waiting,
    )
    if member is None:
        return view
    forum_id = conference_session.conference.forum_id
    places = {request.member_id: place for place, request in enumerate(waiting, start=1)}
    return replace(
        view,
        mine=next((request for request in active if request.member_id == member.pk), None),
        place=places.get(member.pk, 0),
        leads=rules.leads(access, forum_id),
        speaks=rules.speaks(access, forum_id),
        role=access.roles.get(forum_id, ""),
    )


def events_after(
    conference_session: ConferenceSession, after: int, *, limit: int = PAGE
) -> list[dict[str, Any]]:
    """Return the frames of a permitted session after a number, at most ``limit``. Queries: 2."""
    rows = frames.joined(conference_session.events.filter(seq__gt=after).order_by("seq"))[:limit]
    return frames.frames_of(rows)


def events_for(
    member: "Member | None", conference_session_id: int, after: int
) -> list[dict[str, Any]]:
    """Return what a member missed. Raises: NotFound. Queries: 4."""
    return events_after(session_for(member, conference_session_id), after)


def log_page(
    conference_session: ConferenceSession, page: int
) -> tuple[list[dict[str, Any]], int, int]:
    """Return a page of the log of a permitted session, its number, and how many pages there are.

    The nearest page stands in for a number that has none. Queries: 2.
    """
    count = max(1, -(-conference_session.last_seq // PAGE))
    number = min(max(page, 1), count)
    return events_after(conference_session, (number - 1) * PAGE), number, count


def whole_log(conference_session: ConferenceSession) -> list[dict[str, Any]]:
    """Return the whole log of a permitted session. Queries: 2."""
    return events_after(conference_session, 0, limit=conference_session.last_seq)


def statements_of(conference_session: ConferenceSession, *, last: int = 50) -> list[dict[str, Any]]:
    """Return the newest statements of a permitted session as frames, oldest first. Queries: 2."""
    statements = conference_session.events.filter(contribution__isnull=False)
    statements = statements.exclude(kind=Event.Kind.EDITED)
    rows = list(frames.joined(statements.order_by("-seq"))[:last])
    return frames.frames_of(reversed(rows))


def topic_under_discussion(*, forum_id: int, now: datetime) -> int | None:
    """Return the topic of the agenda item under discussion in a forum, None when none is.

    A fresh message to the list of a conference in session is about what is on the table.

    Queries: 1.
    """
    rows = ConferenceSession.objects.filter(
        conference__forum_id=forum_id, state=_S.OPEN, closes_at__gt=now
    )
    return rows.values_list("current_item__topic_id", flat=True).first()


def topics_on_agendas(topic_ids: "Sequence[int]") -> set[int]:
    """Return those of some topics that are items of an agenda: they stay where they are.

    Queries: 1.
    """
    rows = AgendaItem.objects.filter(topic_id__in=topic_ids)
    return set(rows.values_list("topic_id", flat=True))


def sealed_contributions(contributions: "Sequence[Contribution]") -> dict[int, datetime]:
    """Return which contributions stand in the transcript of a closed session, and since when.

    All that was said in the topic of an item before the gavel is in it, whichever way it came.

    Returns: ``dict[int, datetime]  # contribution number -> moment``. Queries: 1.
    """
    closings: dict[int, list[datetime]] = {}
    for topic_id, closed_at in _closed_items.rows(sorted({row.topic_id for row in contributions})):
        closings.setdefault(topic_id, []).append(closed_at)
    sealed = {}
    for row in contributions:
        after = [moment for moment in closings.get(row.topic_id, ()) if moment >= row.created_at]
        if after:
            sealed[row.number] = min(after)
    return sealed


def forum_aside(*, forum_id: int, member: "Member | None") -> dict[str, Any]:
    """Return what a discussion page shows of its conference.

    Keys: ``conference``, ``open_session``, ``next_session``. The forum is the reader's already.

    Queries: 1, or 2 for a conference.
    """
    conference = _of_forum.first(forum_id)
    if conference is None:
        return {}
    rows = _not_closed.models(conference.pk)
    return {
        "conference": conference,
        "open_session": next((row for row in rows if row.is_open), None),
        "next_session": next((row for row in rows if not row.is_open), None),
    }


def _list_block(request: FloorRequest, place: int) -> Block:
    row, until = request.conference_session, None
    title = _("You are number %d on the speakers’ list") % place
    if request.state == _F.GIVEN:
        title, until = _("You have the floor"), request.until
    return Block(BlockKind.ASKED, title, row.get_absolute_url(), row.title, until)


def _floor_blocks(member: "Member", conference_sessions: list[ConferenceSession]) -> list[Block]:
    requests = FloorRequest.objects.filter(
        conference_session__in=[row.pk for row in conference_sessions],
        state__in=FloorRequest.ACTIVE,
    ).select_related("conference_session")
    places: Counter[int] = Counter()  # conference_session key -> how many wait so far
    blocks = []
    for request in requests:
        if request.state == _F.WAITING:
            places[request.conference_session_id] += 1
        if request.member_id == member.pk:
            blocks.append(_list_block(request, places[request.conference_session_id]))
    return blocks


def _session_block(row: ConferenceSession, now: datetime) -> Block:
    if row.is_open:
        note = _("closes %(moment)s") % {"moment": format_moment(row.closes_at, now=now)}
        item = f"{row.current_item} · " if row.current_item else ""
        return Block(BlockKind.LIVE, row.title, row.get_absolute_url(), f"{item}{note}")
    return Block(
        BlockKind.COMING, row.title, row.get_absolute_url(), row.conference.name, row.opens_at
    )


def home_blocks(*, member: "Member", now: datetime) -> list[Block]:
    """Return what is live, the member's place on a speakers' list, and what is coming soon.

    Only conferences the member takes part in, or all for the Secretariat. Queries: 3.
    """
    access = access_of(member)
    forums = access.having(READ)
    if not member.is_staff:
        forums = forums & access.roles.keys()
    conference_sessions = _going_on.models(sorted(forums), now + SOON, now)
    open_sessions = [row for row in conference_sessions if row.is_open]
    blocks = [_session_block(row, now) for row in conference_sessions]
    if open_sessions:
        blocks = [*_floor_blocks(member, open_sessions), *blocks]
    return blocks


def why_it_goes_on(conference_id: int, *, now: datetime) -> str:
    """Say why a conference is not over, empty when it is: what goes on has no final record.

    Queries: 2.
    """
    reason = _what_goes_on(conference_id, now)
    if not reason:
        return ""
    return f"{reason} {_('Its proceedings can be issued when the conference is over.')}"


def _what_goes_on(conference_id: int, now: datetime) -> str:
    rows = ConferenceSession.objects.filter(conference_id=conference_id).exclude(state=_S.CLOSED)
    for row in rows.order_by("opens_at"):
        if row.is_open:
            return _("The session “%s” is open.") % isolate(row.title)
        if row.closes_at > now:
            return _("The session “%s” is still to come.") % isolate(row.title)
    conference = Conference.objects.select_related("forum__policy").filter(pk=conference_id).first()
    if conference is None or conference.ends_at is None:
        return ""
    if conference.ends_at > now:
        return _("The conference continues until %s UTC.") % format_utc(conference.ends_at)
    return ""


def transcript_for(member: "Member | None", conference_id: int) -> Transcript:
    """Return the transcript of a conference the member may read. Raises: NotFound."""
    rows = Conference.objects.filter(pk=conference_id, forum_id__in=access_of(member).having(READ))
    conference = rows.select_related("forum__policy").first()
    if conference is None:
        raise NotFound
    return transcript_of(conference)
