"""Read: the list of discussions, one discussion, and the permanent number of a contribution."""

from dataclasses import replace
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from forums import pages, participants, selectors, services
from forums.policy import ADMIT, APPROVE, START
from forums.rows import shortened_theme
from forums.views import feeds
from forums.views.common import discussion_url, place_of
from hub.lib import clock
from hub.lib.errors import NotFound
from hub.lib.hooks import registered
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, Undo, give
from hub.members.requests import member_of, signed_in

if TYPE_CHECKING:
    from forums.models import ForumPolicy
    from hub.members.models import Member


@require_safe
def discussions(request: HttpRequest) -> HttpResponse:
    """List the discussions open to the reader, those they take part in first."""
    member = member_of(request)
    overview = selectors.overview_for(member, page=whole_number(request.GET.get("page"), 1))
    page = overview.listed
    context = {
        "mine": overview.mine,
        "others": overview.others,
        "listed": selectors.listed_for(member),
        "opens": member is not None and member.is_in_secretariat,
        "page_number": page.number,
        "page_count": page.pages,
        **page.links(),
    }
    return render(request, "forums/discussions.html", context)


@require_safe
def discussion(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show where a discussion stands: theme, questions, topics, people, summary."""
    member = member_of(request)
    try:
        discussion = selectors.discussion_for(member, pk)
    except NotFound:
        if member is None or not selectors.may_know_of_forum(member, pk):
            raise
        # Closed, but its title is listed: there is one page of it, to ask to be admitted.
        return HttpResponseRedirect(reverse("forums:join", args=(pk,)))
    topics = selectors.topics_for(member, discussion, page=whole_number(request.GET.get("page"), 1))
    # The public sees how many take part, not who (finding S15).
    regions: list[participants.ParticipantRegion] = []
    if member is not None:
        regions = participants.regions_for(discussion)
    if regions:
        discussion = replace(discussion, counts={"members": sum(region.size for region in regions)})
    context = {
        "discussion": discussion,
        "topics": topics,
        "page_number": topics.number,
        "page_count": topics.pages,
        **topics.links(),
        **_theme(discussion.policy),
        "summary": discussion.policy.summary_markup,
        "regions": regions,
        "entrance": selectors.entrance_at(discussion),
        "may_start": discussion.may(START),
        "may_admit": discussion.may(ADMIT),
        "may_lead": discussion.may(APPROVE),
        "silenced": pages.silenced(discussion, None, member, clock.now()),
        "leaders": pages.leaders_to_ask(discussion, member),
        "feed_url": feeds.url_for(member, pk),
        "canonical": discussion_url(discussion.forum),
    }
    return render(request, "forums/discussion.html", context)


def _theme(policy: "ForumPolicy") -> dict[str, str]:
    """Return what stands above the topics: a short theme whole, else how it begins."""
    start = shortened_theme(policy)
    if start == policy.theme:
        start = ""
    return {"theme_start": start, "theme": policy.theme_markup}


@login_required
@require_POST
def mark_all_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark all in a discussion as read, or take that back."""
    member = signed_in(request)
    discussion = selectors.discussion_for(member, pk)
    if "before" in request.POST:
        _unread(request, member, pk)
    else:
        _read(request, member, pk)
    return HttpResponseRedirect(f"{discussion_url(discussion.forum)}#topics")


def _read(request: HttpRequest, member: "Member", pk: int) -> None:
    moved = services.read_whole_forum(member=member, forum_id=pk)
    undo = None
    if moved is not None:
        fields = {"before": str(moved.before), "after": str(moved.after)}
        undo = Undo(request.path, pgettext("button", "Undo"), fields)
    give(request, Receipt(_("Everything here is marked as read."), "topics", undo=undo))


def _unread(request: HttpRequest, member: "Member", pk: int) -> None:
    before, after = (whole_number(request.POST.get(name)) for name in ("before", "after"))
    if services.unread_forum(
        member=member, forum_id=pk, moved=services.MovedHorizon(before, after)
    ):
        give(request, Receipt(_("What you have not read is marked as new again."), "topics"))
    else:
        text = _("This could not be undone: more has been marked as read since.")
        give(request, Receipt(text, "topics", level="warning"))


@require_safe
def contribution(request: HttpRequest, number: int) -> HttpResponse:
    """Lead a permanent number to its place in the topic; show a held contribution by itself.

    Who may not read the discussion is led to its public proceedings, where it stands in them.
    """
    member = member_of(request)
    stub = selectors.stub_for(member, number)
    if stub is not None:
        return HttpResponseRedirect(place_of(stub))
    try:
        contribution = selectors.contribution_for(member, number)
    except NotFound:
        published = next(filter(None, (place(number) for place in registered("HUB_PUBLISHED"))), "")
        if not published:
            raise
        return HttpResponseRedirect(published)
    if contribution.state == contribution.State.ACCEPTED:
        return HttpResponseRedirect(place_of(contribution))
    where = selectors.discussion_for(member, contribution.post.topic.forum_id)
    shown = pages.shown_contributions([contribution], discussion=where, member=member)
    context = {
        "shown": shown[0],
        "discussion": where,
        "may_lead": where.may(APPROVE),
        "canonical": discussion_url(where.forum),
    }
    return render(request, "forums/unseen.html", context)
