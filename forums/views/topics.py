"""The page of a topic: what was said, the reply box, and what comes in while somebody reads."""

from collections.abc import Mapping
from types import MappingProxyType

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
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
from forums.policy import LOCK
from forums.selectors import Discussion
from forums.views.common import place_of, topic_url
from forums.views.writing import send, sent_before
from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.errors import HubError, Invalid, NotAllowed, NotFound
from hub.lib.full_urls import socket_url
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, Undo, give, leave_waiting
from hub.lib.retry_after import with_retry_after
from hub.lib.throttle import throttled
from hub.lib.way_in import keeps_draft, never_asks_to_sign_in
from hub.members.requests import member_of, signed_in

# Larger than the number of any page: the nearest one is the last.
LAST_PAGE = 10**9


@keeps_draft("topic-{pk}")
@require_http_methods(["GET", "HEAD", "POST"])
def topic(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """Show a page of a topic with the reply box; a POST is a reply."""
    member = member_of(request)
    shown_topic, where = selectors.topic_for(member, pk)
    if request.method == "POST":
        return _post(request, shown_topic, where)
    if shown_topic.pk != pk:
        # It was merged into this one.
        return HttpResponseRedirect(topic_url(shown_topic))
    if "new" in request.GET:
        return HttpResponseRedirect(_first_new(request, shown_topic))
    return _show(request, shown_topic, where)


def _first_new(request: HttpRequest, topic: Topic) -> str:
    """Return the address of the first unread contribution, or of the newest page."""
    member, number = member_of(request), None
    if member is not None:
        number = selectors.first_new_for(member, topic)
    if number is None:
        return f"{topic_url(topic)}?page=last"
    return place_of(selectors.contribution_for(member, number))


def _post(request: HttpRequest, topic: Topic, where: Discussion) -> HttpResponse:
    """Send a reply, or let the box answer another contribution; only members do."""
    if member_of(request) is None:
        return redirect_to_login(topic_url(topic))
    if "reply" in request.POST or "quote" in request.POST:
        return _turn(request, topic, where)
    return _reply(request, topic, where)


def _reply(request: HttpRequest, topic: Topic, where: Discussion) -> HttpResponse:
    form = ReplyForm(request.POST, request.FILES, draft=f"topic-{topic.pk}")
    if form.is_valid():
        data = form.cleaned_data
        draft = Draft(
            forum_id=topic.forum_id,
            topic_id=topic.pk,
            parent=data["parent"],
            text=data["text"],
            files=data["attached"],
            once_key=data["once_key"],
        )
        try:
            return send(request, draft)
        except NotFound:
            raise
        except KeyTaken as error:
            conflict = sent_before(request, form, error)
            return _show(
                request, topic, where, form=form, status=error.http_status, conflict=conflict
            )
        except HubError as error:
            form.add_error(None, str(error))
            answer = _show(request, topic, where, form=form, status=error.http_status)
            return with_retry_after(answer, error)
    return _show(request, topic, where, form=form, status=422)


def _turn(request: HttpRequest, topic: Topic, where: Discussion) -> HttpResponse:
    """Let the reply box answer another contribution, or quote one; nothing is sent.

    The buttons *Reply* and *Quote* send what stands in the box along, so that none of it is lost
    without a script.
    """
    answering = _shown_in(topic, _asked_number(request.POST))
    initial: dict[str, object] = {"text": request.POST.get("text", "").replace("\r\n", "\n")}
    if answering is not None:
        initial["parent"] = answering.number
        if "quote" in request.POST:
            initial["text"] = pages.with_quote(str(initial["text"]), answering)
    if once_key := request.POST.get("once_key"):
        initial["once_key"] = once_key
    form = ReplyForm(initial=initial, draft=f"topic-{topic.pk}")
    return _show(request, topic, where, form=form)


def _asked_number(values: QueryDict) -> str:
    """Return the number of the contribution that the button *Quote* or *Reply* names."""
    return values.get("quote") or values.get("reply", "")


def _shown_in(topic: Topic, asked: str) -> Contribution | None:
    """Return the contribution of that number, if it is shown in the topic."""
    number = whole_number(asked)
    if not number:
        return None
    row = selectors.contributions_by_number([number]).get(number)
    if row is None or row.topic_id != topic.pk:
        return None
    return row


def _reply_form(request: HttpRequest, topic: Topic, answering: Contribution | None) -> ReplyForm:
    initial: dict[str, object] = {}
    if answering is not None:
        initial["parent"] = answering.number
        if "quote" in request.GET:
            initial["text"] = pages.quoted(answering)
    form = ReplyForm(initial=initial, draft=f"topic-{topic.pk}")
    if "text" in initial:
        # A script puts it below what was typed before and is kept in the browser.
        form.fields["text"].widget.attrs["data-quoted"] = ""
    return form


def _asked_page(request: HttpRequest) -> int:
    asked = request.GET.get("page")
    if asked == "last":
        return LAST_PAGE
    return max(1, whole_number(asked, 1))


def _show(
    request: HttpRequest,
    topic: Topic,
    where: Discussion,
    *,
    form: ReplyForm | None = None,
    status: int = 200,
    conflict: Mapping[str, object] = MappingProxyType({}),
) -> HttpResponse:
    """Render a page of a permitted topic and move the reader's mark.

    Args:
        form: one that came back with errors.
        conflict: what :func:`forums.views.writing.sent_before` says of words that were sent before.
    """
    member = member_of(request)
    silenced = pages.silenced(where, topic, member, clock.now())
    page = _page(request, topic, where, may_reply=not silenced)
    if where.role and request.method == "GET":
        _mark_read(request, topic, page)
    context = {
        "topic": topic,
        "discussion": where,
        "page": page,
        **_box(request, topic, where, form, silenced),
        "silenced": silenced,
        "leaders": pages.leaders_to_ask(where, member),
        "is_held_first": where.is_held_first,
        "had_files": bool(request.FILES),
        "may_lock": where.may(LOCK),
        "level": _level(topic, where),
        **_addresses(topic, page),
        **conflict,
    }
    return render(request, "forums/topic.html", context, status=status)


def _level(topic: Topic, where: Discussion) -> str | None:
    """Return how the reader follows the topic, None for somebody who follows nothing here."""
    if where.reader is None or not where.role:
        return None
    return selectors.follow_level(where.reader, topic.pk)


def _box(
    request: HttpRequest, topic: Topic, where: Discussion, form: ReplyForm | None, silenced: str
) -> dict[str, object]:
    """Return the reply box, what it answers, and words that came where nobody can write now."""
    if form is None:
        typed = None
        answering = _shown_in(topic, _asked_number(request.GET))
        form = _reply_form(request, topic, answering)
    else:
        typed = form["text"].value()
        answering = _shown_in(topic, str(form["parent"].value()))
    unsent = pages.unsent(where, f"topic-{topic.pk}", typed, silenced)
    if silenced:
        form = None
    return {"form": form, "answering": answering, **unsent}


def _page(
    request: HttpRequest, topic: Topic, discussion: Discussion, *, may_reply: bool
) -> pages.TopicPage:
    return pages.topic_page(
        topic=topic,
        discussion=discussion,
        member=member_of(request),
        page=_asked_page(request),
        threaded=request.GET.get("view") == "threaded",
        may_reply=may_reply,
    )


def _mark_read(request: HttpRequest, topic: Topic, page: pages.TopicPage) -> None:
    """Move the reader's mark to the end of a page."""
    member = member_of(request)
    # Out of order, the highest number of a page says nothing about the pages before it.
    is_in_order = page.is_last or not page.threaded
    if member is not None and page.newest > page.mark and is_in_order:
        services.mark_read(member=member, topic_id=topic.pk, number=page.newest)


def _addresses(topic: Topic, page: pages.TopicPage) -> dict[str, str]:
    live_url = ""
    if page.is_last:
        live_url = socket_url("topic", topic.pk)
    return {
        "live_url": live_url,
        "after_url": reverse("forums:after", args=(topic.pk, 0)).removesuffix("0/"),
        "canonical": topic_url(topic),
        **_neighbours(page),
    }


def _neighbours(page: pages.TopicPage) -> dict[str, str]:
    """Return the query strings of this page and its neighbours, empty where there is none."""

    start = "?page="
    if page.threaded:
        start = "?view=threaded&page="
    addresses = {"first_url": "", "earlier_url": "", "later_url": "", "last_url": ""}
    addresses["here"] = f"{start}{page.number}"
    if page.number > 2:
        addresses["first_url"] = f"{start}1"
    if page.number > 1:
        addresses["earlier_url"] = f"{start}{page.number - 1}"
    if page.number < page.pages:
        addresses["later_url"] = f"{start}{page.number + 1}"
    if page.number < page.pages - 1:
        addresses["last_url"] = f"{start}{page.pages}"
    return addresses


@never_asks_to_sign_in
@require_GET
@throttled(240)
def after(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Give what was said after a contribution as a fragment for the live page; 204 for nothing.

    Who asks for what comes after a contribution has seen it: the mark moves there.
    """
    member = member_of(request)
    topic, where = selectors.topic_for(member, pk)
    rows = selectors.contributions_after(topic, number - 1)
    if rows and rows[0].number == number:
        del rows[0]
        if member is not None and where.role:
            services.mark_read(member=member, topic_id=topic.pk, number=number)
    if not rows:
        return HttpResponse(status=204)
    may_reply = not pages.silenced(where, topic, member, clock.now())
    shown = pages.shown_contributions(
        rows, discussion=where, member=member, first_new=rows[0].number, may_reply=may_reply
    )
    label = with_count(
        ngettext("Show %d new contribution", "Show %d new contributions", len(rows)), len(rows)
    )
    context = {"shown_list": shown, "topic": topic, "label": label, "here": "?page=last"}
    leave_waiting(request)
    response = render(request, "forums/after.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def lock(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a topic for replies or open it again, as the button said, whatever others did."""
    member = signed_in(request)
    locked_topic, where = selectors.topic_for(member, pk)
    if not where.may(LOCK):
        raise NotAllowed
    acts = {"close": services.lock_topic, "open": services.unlock_topic}
    act = acts.get(request.POST.get("to", ""))
    if act is None:
        raise Invalid(_("Say whether the topic is to be closed or opened for replies."))
    act(topic_id=locked_topic.pk, actor=member, now=clock.now())
    give(request, _lock_receipt(request))
    return HttpResponseRedirect(topic_url(locked_topic))


def _lock_receipt(request: HttpRequest) -> Receipt:
    if request.POST["to"] == "close":
        undo = Undo(request.path, _("Open the topic for replies"), {"to": "open"})
        return Receipt(_("This topic is closed for replies."), "topic", undo=undo)
    undo = Undo(request.path, _("Close the topic for replies"), {"to": "close"})
    return Receipt(_("This topic is open for replies."), "topic", undo=undo)
