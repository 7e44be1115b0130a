"""Acts in the live room: plain form posts, answered with a page, or with JSON to its script."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conferences import selectors, services
from conferences.forms import StatementForm
from conferences.views.common import room_url
from conferences.views.show import show_log, show_room
from forums.errors import KeyTaken
from forums.forms import new_key
from hub.lib import clock
from hub.lib.errors import HubError, NotFound, TooMany
from hub.lib.numbers import whole_number
from hub.lib.retry_after import with_retry_after
from hub.lib.typed import typed_texts
from hub.members.requests import signed_in

# A speaker gets, where the form says nothing.
DEFAULT_MINUTES = 3


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _failed(error: HubError, **data: Any) -> JsonResponse:
    response = JsonResponse(
        {"error": error.code, "message": str(error), **data}, status=error.http_status
    )
    return with_retry_after(response, error)


def _done(request: HttpRequest, pk: int, message: str = "", **data: Any) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"ok": True, "message": message, **data})
    if message:
        # What was typed with it, words of the opening or the closing, is sent: the browser need not
        # keep it.
        messages.success(request, message, extra_tags="sent")
    return HttpResponseRedirect(room_url(pk))


def _act(
    request: HttpRequest, pk: int, work: Callable[[], object], message: str = ""
) -> HttpResponse:
    """Do something and answer.

    What is refused is said on the room's page, or with the words that came with it.
    """
    try:
        work()
    except HubError as error:
        if _wants_json(request):
            return _failed(error)
        if isinstance(error, NotFound | TooMany) or typed_texts(request):
            raise
        messages.error(request, str(error))
        return HttpResponseRedirect(room_url(pk))
    return _done(request, pk, message)


@require_POST
@login_required
def open_room(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the conference_session."""
    item_id, text = whole_number(request.POST.get("item")) or None, request.POST.get("words", "")
    return _act(
        request,
        pk,
        lambda: services.open_session(
            conference_session_id=pk,
            actor=signed_in(request),
            item_id=item_id,
            words=text,
            now=clock.now(),
        ),
        _("The session is open."),
    )


@require_POST
@login_required
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an agenda item."""
    item_id = whole_number(request.POST.get("item"))
    return _act(
        request,
        pk,
        lambda: services.take_item(
            conference_session_id=pk, item_id=item_id, actor=signed_in(request), now=clock.now()
        ),
    )


@require_POST
@login_required
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the floor."""
    return _act(
        request,
        pk,
        lambda: services.ask_for_floor(
            conference_session_id=pk, member=signed_in(request), now=clock.now()
        ),
    )


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a request off the list."""
    request_id = whole_number(request.POST.get("request"))
    return _act(
        request,
        pk,
        lambda: services.withdraw_request(
            request_id=request_id, actor=signed_in(request), now=clock.now()
        ),
    )


@require_POST
@login_required
def give(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the floor for some minutes."""
    request_id = whole_number(request.POST.get("request"))
    seconds = 60 * whole_number(request.POST.get("minutes"), DEFAULT_MINUTES)
    return _act(
        request,
        pk,
        lambda: services.give_floor(
            request_id=request_id, actor=signed_in(request), seconds=seconds, now=clock.now()
        ),
    )


@require_POST
@login_required
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the floor."""
    return _act(
        request,
        pk,
        lambda: services.return_floor(
            conference_session_id=pk, member=signed_in(request), now=clock.now()
        ),
    )


@require_POST
@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End the floor that the page showed; nobody else's, who may have it by now."""
    request_id = whole_number(request.POST.get("request"))
    return _act(
        request,
        pk,
        lambda: services.end_floor(
            conference_session_id=pk,
            request_id=request_id,
            actor=signed_in(request),
            now=clock.now(),
        ),
    )


@require_POST
@login_required
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the gavel fall."""
    text = request.POST.get("words", "")
    return _act(
        request,
        pk,
        lambda: services.close_session(
            conference_session_id=pk, actor=signed_in(request), words=text, now=clock.now()
        ),
        _("The session is closed. This is its transcript."),
    )


@require_POST
@login_required
def intervene(request: HttpRequest, pk: int) -> HttpResponse:
    """Intervene; a text that is not taken comes back in its form with the reason."""
    form = StatementForm(request.POST, draft=f"session-{pk}")
    form.full_clean()
    try:
        published = services.intervene(
            conference_session_id=pk,
            member=signed_in(request),
            text=form.cleaned_data.get("text", ""),
            once_key=form.cleaned_data.get("once_key", ""),
            returns_floor="keep" not in request.POST,
            now=clock.now(),
        )
    except HubError as error:
        return _statement_refused(request, pk, form, error)
    number = published.contribution.number
    message = _("Sent: your contribution is number %d.")
    if published.contribution.is_held:
        message = _("Your contribution is number %d. The moderators read it before it appears.")
    return _done(request, pk, message % number, number=number, once_key=new_key())


def _statement_refused(
    request: HttpRequest, pk: int, form: StatementForm, error: HubError
) -> HttpResponse:
    """Give the words back with the reason; words that need another key get one."""
    if _wants_json(request):
        if isinstance(error, KeyTaken):
            # What was sent before is sent; other words need another key.
            return _failed(error, once_key=new_key())
        return _failed(error)
    if isinstance(error, NotFound):
        raise error
    room = selectors.room_for(signed_in(request), pk)
    form.add_error(None, str(error))
    if isinstance(error, KeyTaken):
        form.renew_key()
    if room.conference_session.is_closed:
        answer = show_log(request, room, form=form, status=error.http_status)
    else:
        answer = show_room(request, room, form=form, status=error.http_status)
    return with_retry_after(answer, error)
