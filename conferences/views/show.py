"""Show conferences, the live room, the log, and what a script or a program missed."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from conferences import pages, rules, selectors
from conferences.forms import StatementForm
from conferences.selectors import RoomView
from forums.policy import APPROVE
from forums.selectors import discussion_for, regions_of
from hub.lib import clock
from hub.lib.numbers import whole_number
from hub.lib.paging import neighbours
from hub.lib.throttle import throttled
from hub.lib.way_in import never_asks_to_sign_in
from hub.members.requests import member_of


@require_safe
def conference_list(request: HttpRequest) -> HttpResponse:
    """Show the conferences the reader may see: running, coming, finished. Queries: 3."""
    member = member_of(request)
    page = selectors.conferences_for(member, page=whole_number(request.GET.get("page"), 1))
    conferences = pages.by_state(page, clock.now())
    rows = {
        state: [(row, pages.open_session_of(row)) for row in group]
        for state, group in conferences.items()
    }
    context = {
        "groups": rows,
        "may_convene": rules.may_convene(member),
        **page.links(),
    }
    return render(request, "conferences/list.html", context)


@require_safe
def conference(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a conference: background, timetable, agenda, people."""
    member = member_of(request)
    conference = selectors.conference_for(member, slug)
    discussion = discussion_for(member, conference.forum_id)
    timetable = selectors.sessions_of(conference)
    context = {
        "conference": conference,
        "discussion": discussion,
        "background": conference.background_markup,
        "outcome": discussion.policy.summary_markup,
        "timetable": timetable,
        "open_session": next((row for row in timetable if row.is_open), None),
        "crew": pages.Crew.of(conference),
        "regions": sorted(regions_of(discussion).items()),
        "leads": discussion.may(APPROVE),
        "may_end": rules.may_end(member, discussion.role, conference, clock.now()),
        "state": conference.state_at(clock.now()),
    }
    return render(request, "conferences/conference.html", context)


@require_safe
def room(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the live room; after the gavel its transcript stands at the same address."""
    room = selectors.room_for(member_of(request), pk)
    if room.conference_session.is_closed:
        return show_log(request, room)
    return show_room(request, room)


def show_room(
    request: HttpRequest, room: RoomView, *, form: StatementForm | None = None, status: int = 200
) -> HttpResponse:
    """Render a live room.

    Args: form, a statement that came back with the reason why it was not taken.
    """
    member, row, now = member_of(request), room.conference_session, clock.now()
    if form is None:
        form = StatementForm(draft=f"session-{row.pk}")
    context: dict[str, Any] = {
        "room": room,
        "row": row,
        "conference": row.conference,
        "crew": pages.Crew.of(row.conference),
        "lines": [pages.log_line(frame) for frame in selectors.statements_of(row)],
        "blank": pages.blank(),
        "state": pages.state_of(room, member, now=now),
        "form": form,
        "may_send": row.is_open and (room.leads or room.has_floor),
        "minutes": (2, 3, 5),
        "unsent": pages.UnsentText.of(room, member, now=now),
        "now": now,
    }
    return render(request, "conferences/room.html", context, status=status)


@require_safe
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the log of a conference_session, page by page, or with ``?all=1`` whole for printing."""
    return show_log(request, selectors.room_for(member_of(request), pk))


def show_log(
    request: HttpRequest, room: RoomView, *, form: StatementForm | None = None, status: int = 200
) -> HttpResponse:
    """Render the log; ``form`` is a statement that came too late."""
    row = room.conference_session
    if request.GET.get("all"):
        frames, number, count = selectors.whole_log(row), 1, 1
    else:
        frames, number, count = selectors.log_page(row, whole_number(request.GET.get("page"), 1))
    unsent = None
    if row.is_closed:
        unsent = pages.UnsentText.of(room, member_of(request), now=clock.now())
    context = {
        "room": room,
        "row": row,
        "conference": row.conference,
        "crew": pages.Crew.of(row.conference),
        "lines": [pages.log_line(frame) for frame in frames],
        "form": form,
        "unsent": unsent,
        "page_number": number,
        "page_count": count,
        **neighbours(number, count),
    }
    return render(request, "conferences/log.html", context, status=status)


@never_asks_to_sign_in
@require_GET
@throttled(240)
def events(request: HttpRequest, pk: int) -> JsonResponse:
    """Give the frames after ``?after=N`` as JSON, at most a page of them.

    ``more`` says whether to ask again. They are the same frames as over the socket, for readers
    who have none: a slow line, a proxy, a program.
    """
    member = member_of(request)
    row = selectors.session_for(member, pk)
    frames = selectors.events_after(row, whole_number(request.GET.get("after")))
    last = frames[-1]["seq"] if frames else row.last_seq
    answer = JsonResponse(
        {"seq": last, "state": row.state, "more": last < row.last_seq, "events": frames},
        json_dumps_params={"ensure_ascii": False},
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
