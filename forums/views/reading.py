"""Read: the list of discussions, one discussion, and the permanent number of a contribution."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from forums import pages, selectors, services
from forums.policy import ADMIT, APPROVE, START
from forums.views import feeds
from forums.views.common import discussion_url, member_of, place_of, signed_in
from hub.lib import clock
from hub.lib.numbers import whole_number
from hub.lib.paging import neighbours

# Topics on one page of a discussion.
TOPICS = 50


@require_safe
def discussions(request: HttpRequest) -> HttpResponse:
    """List the discussions open to the reader, those they take part in first."""
    found = selectors.discussions_for(member_of(request))
    context = {"mine": [d for d in found if d.role], "others": [d for d in found if not d.role]}
    return render(request, "forums/discussions.html", context)


@require_safe
def discussion(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show where a discussion stands: theme, questions, topics, people, summary."""
    member = member_of(request)
    found = selectors.discussion_for(member, pk)
    topics = selectors.topics_for(member, found)
    page = max(1, whole_number(request.GET.get("page"), 1))
    # The public sees how many take part, not who (finding S15).
    people = list(selectors.participants_of(found)) if member else []
    context = {
        "discussion": found,
        "topics": topics[(page - 1) * TOPICS : page * TOPICS],
        **neighbours(page, -(-len(topics) // TOPICS)),
        "theme": found.policy.theme_markup,
        "summary": found.policy.summary_markup,
        "regions": pages.by_region(people),
        "may_start": found.may(START),
        "may_admit": found.may(ADMIT),
        "may_lead": found.may(APPROVE),
        "silenced": pages.silenced(found, None, member, clock.now()),
        "feed_url": feeds.url_for(member, pk),
        "canonical": discussion_url(found.forum),
    }
    return render(request, "forums/discussion.html", context)


@login_required
@require_POST
def mark_all_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Count nothing in the discussion as new any more."""
    member = signed_in(request)
    found = selectors.discussion_for(member, pk)
    services.mark_forum_read(member=member, forum_id=pk)
    return HttpResponseRedirect(discussion_url(found.forum))


@require_safe
def contribution(request: HttpRequest, number: int) -> HttpResponse:
    """Lead a permanent number to its place in the topic; show a held one by itself to those who may see it."""
    member = member_of(request)
    found = selectors.contribution_for(member, number)
    if found.state == found.State.ACCEPTED:
        return HttpResponseRedirect(place_of(found))
    where = selectors.discussion_for(member, found.post.topic.forum_id)
    said = pages.dress([found], discussion=where, member=member)
    context = {
        "said": said[0],
        "discussion": where,
        "may_lead": where.may(APPROVE),
        "canonical": discussion_url(where.forum),
    }
    return render(request, "forums/unseen.html", context)
