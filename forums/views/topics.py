"""The page of a topic: what was said, the reply box, and what comes in while somebody reads."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from machina.apps.forum_conversation.models import Topic

from forums import pages, selectors, services
from forums.drafts import Draft
from forums.errors import KeyTaken
from forums.forms import ReplyForm
from forums.models import Contribution
from forums.policy import LOCK, UNHELD
from forums.selectors import Discussion
from forums.views.common import member_of, place_of, signed_in, topic_url
from forums.views.writing import send, sent_before
from hub.lib import clock
from hub.lib.errors import HubError, Invalid, NotAllowed, NotFound
from hub.lib.numbers import whole_number
from hub.lib.throttle import throttled


@require_http_methods(["GET", "HEAD", "POST"])
def topic(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show a page of a topic with the reply box; a POST is a reply."""
    member = member_of(request)
    found, where = selectors.topic_for(member, pk)
    if request.method == "POST":
        return _reply(request, found, where) if member else redirect_to_login(topic_url(found))
    if "new" in request.GET:
        return HttpResponseRedirect(_first_new(request, found))
    return _show(request, found, where)


def _first_new(request: HttpRequest, found: Topic) -> str:
    """Return the address of the first unread contribution, or of the newest page."""
    member = member_of(request)
    number = selectors.first_new_for(member, found) if member else None
    if number is None:
        return f"{topic_url(found)}?page=last"
    return place_of(selectors.contribution_for(member, number))


def _reply(request: HttpRequest, found: Topic, where: Discussion) -> HttpResponse:
    form = ReplyForm(request.POST, request.FILES, draft=f"topic-{found.pk}")
    if form.is_valid():
        data = form.cleaned_data
        draft = Draft(
            forum_id=found.forum_id,
            topic_id=found.pk,
            parent=data["parent"],
            text=data["text"],
            files=data["attached"],
            once_key=data["once_key"] or None,
        )
        try:
            return send(request, draft)
        except NotFound:
            raise
        except KeyTaken as error:
            conflict = sent_before(request, form, error)
            return _show(request, found, where, form=form, status=error.http_status, conflict=conflict)
        except HubError as error:
            form.add_error(None, str(error))
            return _show(request, found, where, form=form, status=error.http_status)
    return _show(request, found, where, form=form, status=422)


def _answered(request: HttpRequest, found: Topic, form: ReplyForm | None) -> Contribution | None:
    """Return the contribution that a reply answers; only a shown one of this topic counts."""
    asked = (form.data.get("parent") if form else None) or request.GET.get("quote") or request.GET.get("reply")
    number = whole_number(asked)
    row = selectors.contributions_by_number([number]).get(number) if number else None
    return row if row is not None and row.topic_id == found.pk else None


def _reply_form(request: HttpRequest, found: Topic, answering: Contribution | None) -> ReplyForm:
    initial: dict[str, object] = {"parent": answering.number} if answering else {}
    if answering and "quote" in request.GET:
        initial["text"] = pages.quoted(answering)
    return ReplyForm(initial=initial, draft=f"topic-{found.pk}")


def _asked_page(request: HttpRequest) -> int:
    asked = request.GET.get("page")
    return 10**9 if asked == "last" else max(1, whole_number(asked, 1))


def _show(
    request: HttpRequest,
    found: Topic,
    where: Discussion,
    *,
    form: ReplyForm | None = None,
    status: int = 200,
    conflict: dict[str, object] | None = None,
) -> HttpResponse:
    """Render a page of a permitted topic and move the reader's mark; ``form`` is one that came back with errors.

    Args: conflict, what :func:`forums.views.writing.sent_before` says of a form whose earlier words were sent.
    """
    member = member_of(request)
    threaded = request.GET.get("view") == "threaded"
    silenced = pages.silenced(where, found, member, clock.now())
    number, may_reply = _asked_page(request), not silenced
    page = pages.topic_page(
        topic=found, discussion=where, member=member, page=number, threaded=threaded, may_reply=may_reply
    )
    # Out of order, the highest number of a page says nothing about the pages before it; the last page does.
    if member and where.role and page.said and request.method == "GET" and (page.is_last or not threaded):
        services.mark_read(member=member, topic_id=found.pk, number=page.newest)
    answering = _answered(request, found, form)
    context = {
        **(conflict or {}),
        "topic": found,
        "discussion": where,
        "page": page,
        "form": form or (None if silenced else _reply_form(request, found, answering)),
        "answering": answering,
        "silenced": silenced,
        "is_held_first": not where.may(UNHELD),
        "may_lock": where.may(LOCK),
        **_addresses(found, page),
    }
    return render(request, "forums/topic.html", context, status=status)


def _addresses(found: Topic, page: pages.TopicPage) -> dict[str, str]:
    return {
        "live_url": f"/live/topic/{found.pk}/" if page.is_last else "",
        "after_url": reverse("forums:after", args=(found.pk, 0)).removesuffix("0/"),
        "canonical": topic_url(found),
        **_neighbours(page),
    }


def _neighbours(page: pages.TopicPage) -> dict[str, str]:
    """Return the query strings of this page and its neighbours, empty where there is none."""

    def query(number: int) -> str:
        return f"?view=threaded&page={number}" if page.threaded else f"?page={number}"

    return {
        "here": query(page.number),
        "first_url": query(1) if page.number > 2 else "",
        "earlier_url": query(page.number - 1) if page.number > 1 else "",
        "later_url": query(page.number + 1) if page.number < page.pages else "",
        "last_url": query(page.pages) if page.number < page.pages - 1 else "",
    }


@require_GET
@throttled(240)
def after(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Give what was said after a contribution as a fragment for the live page; 204 for nothing.

    Who asks for what comes after a contribution has seen it: the mark moves there.
    """
    member = member_of(request)
    found, where = selectors.topic_for(member, pk)
    rows = selectors.contributions_after(found, number - 1)
    if rows and rows[0].number == number:
        rows = rows[1:]
        if member and where.role:
            services.mark_read(member=member, topic_id=pk, number=number)
    if not rows:
        return HttpResponse(status=204)
    may_reply = not pages.silenced(where, found, member, clock.now())
    said = pages.dress(rows, discussion=where, member=member, first_new=rows[0].number, may_reply=may_reply)
    label = ngettext("Show %d new contribution", "Show %d new contributions", len(rows)) % len(rows)
    context = {"said_list": said, "topic": found, "label": label, "here": "?page=last"}
    response = render(request, "forums/after.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a topic for replies, or open it again: whichever the button said, whatever others did meanwhile."""
    member = signed_in(request)
    found, where = selectors.topic_for(member, pk)
    if not where.may(LOCK):
        raise NotAllowed
    acts = {"close": services.lock_topic, "open": services.unlock_topic}
    act = acts.get(request.POST.get("to", ""))
    if act is None:
        raise Invalid(_("Say whether the topic is to be closed or opened for replies."))
    act(topic_id=pk, actor=member)
    return HttpResponseRedirect(topic_url(found))
