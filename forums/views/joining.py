"""Come into a discussion and leave it; decide on those who ask to be admitted."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from forums import selectors, services
from forums.forms import JoinForm
from forums.policy import ADMIT, LEADING, READ, access_of
from forums.registration import Way
from forums.views.common import discussion_url
from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.errors import Conflict, HubError, Invalid, NotAllowed, NotFound
from hub.lib.forms import posted, status_of
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, Undo, give
from hub.lib.scripts import isolate
from hub.members.requests import signed_in

if TYPE_CHECKING:
    from hub.members.models import Member

# Where on its pages a discussion says what became of joining it.
PLACE = "entrance"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a member comes into a discussion: at once, or by asking those who lead it."""
    member = signed_in(request)
    entrance = selectors.entrance_for(member, pk)
    if entrance.way is Way.NONE:
        return HttpResponseRedirect(discussion_url(entrance.policy.forum))
    form = JoinForm(posted(request))
    status = 200
    if request.method == "POST":
        try:
            if _join(request, member, entrance, form):
                return HttpResponseRedirect(_after(member, entrance))
            status = status_of(form)
        except NotFound:
            raise
        except HubError as error:
            form.add_error(None, str(error))
            status = error.http_status
    context = {
        "entrance": entrance,
        "form": form,
        "may_read": access_of(member).may(READ, pk),
        "canonical": discussion_url(entrance.policy.forum),
    }
    return render(request, "forums/join.html", context, status=status)


def _join(
    request: HttpRequest, member: "Member", entrance: selectors.Entrance, form: JoinForm
) -> bool:
    """Do what the button says; False when the form cannot be used as it is."""
    pk, now = entrance.policy.forum_id, clock.now()
    if "withdraw" in request.POST:
        services.withdraw_request(forum_id=pk, member=member, now=now)
        give(request, Receipt(_("Your request was withdrawn."), PLACE))
        return True
    if entrance.way is Way.TAKE_PART:
        services.take_part(forum_id=pk, member=member, now=now)
        text = _("You take part in this discussion and receive its messages by e-mail.")
        undo = Undo(reverse("forums:leave", args=(pk,)), pgettext("button", "Undo"))
        give(request, Receipt(text, PLACE, undo=undo))
        return True
    if not form.is_valid():
        return False
    statement = form.cleaned_data["statement"]
    services.ask_to_join(forum_id=pk, member=member, statement=statement, now=now)
    text = _("The people who lead this discussion have received your request.")
    give(request, Receipt(text, PLACE, is_sent=True))
    return True


def _after(member: "Member", entrance: selectors.Entrance) -> str:
    """Return where a member goes on: to the discussion, where it can be read."""
    if access_of(member).may(READ, entrance.policy.forum_id):
        return discussion_url(entrance.policy.forum)
    return reverse("forums:join", args=(entrance.policy.forum_id,))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what stays when a member leaves a discussion; a POST leaves it."""
    member = signed_in(request)
    discussion = selectors.discussion_for(member, pk)
    address = discussion_url(discussion.forum)
    if not discussion.role:
        return HttpResponseRedirect(address)
    status, refused = 200, None
    if request.method == "POST":
        try:
            services.remove_member(forum_id=pk, member=member, now=clock.now(), actor=member)
        except NotFound:
            raise
        except HubError as error:
            status, refused = error.http_status, error
        else:
            return _left(request, member, discussion)
    context = {
        "discussion": discussion,
        "canonical": address,
        "refused": refused,
        "comes_back": selectors.joins_at_will(pk),
        "leads": discussion.role in LEADING,
    }
    return render(request, "forums/leave.html", context, status=status)


def _left(request: HttpRequest, member: "Member", discussion: selectors.Discussion) -> HttpResponse:
    name = isolate(discussion.forum.name)
    if selectors.may_read_forum(member, discussion.pk):
        undo = None
        if selectors.may_take_part(member, discussion.pk):
            join_url = reverse("forums:join", args=(discussion.pk,))
            undo = Undo(join_url, pgettext("button", "Undo"), {"take": "1"})
        text = _("You no longer take part in this discussion. What you contributed stays.")
        give(request, Receipt(text, PLACE, undo=undo))
        return HttpResponseRedirect(discussion_url(discussion.forum))
    text = _("You no longer take part in “%s”. What you contributed stays.")
    messages.success(request, text % name)
    return HttpResponseRedirect(reverse("forums:discussions"))


# --- Those who lead -------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show who asks to take part, in one discussion or in all that the reader leads.

    A POST decides on one of them, or admits those that were chosen.
    """
    member = signed_in(request)
    discussion = _led(member, pk)
    if request.method != "POST":
        return _show_requests(request, member, discussion)
    wrong: dict[str, object] = {}
    try:
        _decide(request, member)
        return HttpResponseRedirect(request.get_full_path())
    except NotFound:
        raise
    except Conflict as error:
        give(request, Receipt(str(error), "requests", level="warning"))
        return HttpResponseRedirect(request.get_full_path())
    except HubError as error:
        pressed = whole_number(request.POST.get("decline"))
        wrong = {
            "wrong": error,
            "wrong_pk": pressed,
            "typed": request.POST.get("reason", ""),
        }
        return _show_requests(request, member, discussion, status=error.http_status, **wrong)


def _led(member: "Member", pk: int | None) -> selectors.Discussion | None:
    """Return the discussion that a page of requests is about, None for all that are led.

    Raises: NotFound (hidden, or the member leads nothing), NotAllowed (does not lead it).
    """
    if pk is None:
        if not access_of(member).having(ADMIT):
            raise NotFound
        return None
    discussion = selectors.discussion_for(member, pk)
    if not discussion.may(ADMIT):
        raise NotAllowed
    return discussion


def _show_requests(
    request: HttpRequest,
    member: "Member",
    discussion: selectors.Discussion | None,
    *,
    status: int = 200,
    **wrong: object,
) -> HttpResponse:
    forum_id, canonical = None, ""
    if discussion is not None:
        forum_id, canonical = discussion.pk, discussion_url(discussion.forum)
    page = selectors.requests_for(
        member, forum_id=forum_id, page=whole_number(request.GET.get("page"), 1)
    )
    context = {
        "rows": page,
        "discussion": discussion,
        "canonical": canonical,
        "page_number": page.number,
        "page_count": page.pages,
        **page.links(),
        **wrong,
    }
    return render(request, "forums/requests.html", context, status=status)


def _decide(request: HttpRequest, member: "Member") -> None:
    """Do what the button says.

    Raises: Invalid (no button, nobody chosen, no reason), NotFound, Conflict.
    """
    now, posts = clock.now(), request.POST
    if "chosen" in posts or "admit_chosen" in posts:
        keys = [whole_number(value) for value in posts.getlist("chosen")[: selectors.REQUESTS]]
        _admit(request, member, keys)
    elif "admit" in posts:
        _admit(request, member, [whole_number(posts["admit"])])
    elif "decline" in posts:
        declined = services.decline_request(
            request_id=whole_number(posts["decline"]),
            actor=member,
            reason=posts.get("reason", ""),
            now=now,
        )
        text = _("%s was declined and will receive your reason by e-mail.")
        _give(request, text % isolate(declined.member.get_full_name()))
    elif "ignore" in posts:
        pk = whole_number(posts["ignore"])
        ignored = services.ignore_request(request_id=pk, actor=member, now=now)
        undo = Undo(request.path, pgettext("button", "Undo"), {"unignore": str(pk)})
        text = _("The request of %s is no longer on this list. Nobody was notified.")
        _give(request, text % isolate(ignored.member.get_full_name()), undo)
    elif "unignore" in posts:
        pk = whole_number(posts["unignore"])
        services.unignore_request(request_id=pk, actor=member, now=now)
        _give(request, _("The request is waiting again."))
    else:
        raise Invalid(_("The form was not complete. Say what is to be done with the request."))


def _admit(request: HttpRequest, member: "Member", keys: list[int]) -> None:
    if not keys:
        raise Invalid(_("Choose the people to admit."))
    names = services.admit_requests(request_ids=keys, actor=member, now=clock.now())
    if not names:
        raise Conflict(_("This request has been answered or withdrawn. Nothing was changed."))
    if len(names) == 1:
        _give(request, _("%s now takes part and was notified.") % isolate(names[0]))
        return
    sentence = ngettext(
        "%d person now takes part and was notified.",
        "%d people now take part and were notified.",
        len(names),
    )
    _give(request, with_count(sentence, len(names)))


def _give(request: HttpRequest, text: str, undo: Undo | None = None) -> None:
    give(request, Receipt(text, "requests", undo=undo))
