"""The proceedings desk: rapporteurs compile and submit, the Secretariat approves or sends back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cms import presenter, selectors, services
from cms.forms import EndNoteForm, NoteForm, SendBackForm, WithdrawForm
from cms.rules import is_secretariat
from hub.lib.clock import now
from hub.lib.counts import with_count
from hub.lib.errors import HubError, NotAllowed, NotFound, Stale
from hub.lib.numbers import whole_number
from hub.lib.receipts import Receipt, give
from hub.lib.throttle import throttled
from hub.lib.typed import typed_texts
from hub.members.requests import signed_in


@require_GET
@login_required
@never_cache
def desk(request: HttpRequest) -> HttpResponse:
    """Show the conferences whose proceedings the member writes or decides on.

    To others the page is not there.
    """
    member = signed_in(request)
    if not is_secretariat(member) and not selectors.desk_for(member):
        raise NotFound
    return _desk(request)


@require_POST
@login_required
def compile_(request: HttpRequest, conference_id: int) -> HttpResponse:
    """Compile the record of a conference into its draft."""
    try:
        page = services.compile_proceedings(
            conference_id=conference_id, actor=signed_in(request), now=now()
        )
    except (NotAllowed, NotFound):
        raise
    except HubError as error:
        place = f"conference{conference_id}"
        give(request, Receipt(str(error), place, level="error"))
        return redirect(f"{reverse('cms:desk')}#{place}")
    count = sum(len(item["interventions"]) for item in page.agenda)
    text = ngettext(
        "Compiled: %d statement is in the draft.",
        "Compiled: %d statements are in the draft.",
        count,
    )
    messages.success(request, with_count(text, count))
    return redirect("cms:draft", page_id=page.pk)


@require_GET
@login_required
@never_cache
def draft(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the draft as it will look, to those who work on it."""
    page = selectors.draft_for(signed_in(request), page_id)
    context = presenter.page_context(page, signed_in(request))
    return render(request, "cms/draft.html", {"page": page, **context})


@require_GET
@login_required
@never_cache
@throttled(30)
def draft_pdf(request: HttpRequest, page_id: int) -> HttpResponse:
    """Send the draft in print, marked as one."""
    page = selectors.draft_for(signed_in(request), page_id)
    return presenter.pdf_response(
        request, page, back_url=reverse("cms:draft", args=(page_id,)), is_draft=True
    )


def _seen_revision(request: HttpRequest) -> int | None:
    """Return the revision that stood on the page of the form, None when the form does not say."""
    return whole_number(request.POST.get("revision")) or None


@require_POST
@login_required
def submit(request: HttpRequest, page_id: int) -> HttpResponse:
    """Hand the draft to the Secretariat."""
    return _act(
        request,
        page_id,
        _("Submitted. The Secretariat will read the draft and publish it, or send it back to you."),
        lambda: services.submit_proceedings(
            page_id=page_id, actor=signed_in(request), seen_revision=_seen_revision(request)
        ),
    )


@require_POST
@login_required
def approve(request: HttpRequest, page_id: int) -> HttpResponse:
    """Approve and publish."""
    return _act(
        request,
        page_id,
        _("Published. The page is open to everybody under its symbol."),
        lambda: services.approve_proceedings(
            page_id=page_id, actor=signed_in(request), seen_revision=_seen_revision(request)
        ),
    )


@require_POST
@login_required
def send_back(request: HttpRequest, page_id: int) -> HttpResponse:
    """Send the draft back with a comment, which is kept when it is refused."""
    member = signed_in(request)
    # Who may not see the draft is told nothing about the comment either.
    selectors.draft_for(member, page_id)
    form = SendBackForm(request.POST)
    if not form.is_valid():
        return _desk(request, status=422, send_back=form, open=page_id)
    return _act(
        request,
        page_id,
        _("Sent back with your comment."),
        lambda: services.send_back_proceedings(
            page_id=page_id,
            actor=signed_in(request),
            comment=form.cleaned_data["comment"],
            seen_revision=_seen_revision(request),
        ),
        send_back=form,
        open=page_id,
    )


@require_GET
@login_required
@never_cache
def issue(request: HttpRequest, page_id: int) -> HttpResponse:
    """Show the Secretariat what was issued, with its notes, and what can be done with it."""
    return _issue(request, page_id)


@require_POST
@login_required
def note(request: HttpRequest, page_id: int) -> HttpResponse:
    """Attach a dated note of correction."""
    act = partial(services.attach_note, page_id=page_id)
    return _annotate(request, page_id, "note", act, _("The note now appears above the document."))


@require_POST
@login_required
def withdraw(request: HttpRequest, page_id: int) -> HttpResponse:
    """Withdraw what was issued."""
    act = partial(services.withdraw_proceedings, page_id=page_id)
    return _annotate(
        request,
        page_id,
        "withdraw",
        act,
        _("Withdrawn. A notice with your reason now takes the place of the document."),
    )


@require_POST
@login_required
def end_note(request: HttpRequest, page_id: int, note_id: int) -> HttpResponse:
    """End a note, or a withdrawal."""
    issued = selectors.issue_for(signed_in(request), page_id)
    if note_id not in {row.pk for row in issued.notes.all()}:
        raise NotFound
    act = partial(services.end_note, note_id=note_id)
    return _annotate(
        request,
        page_id,
        "ending",
        act,
        _("Ended. This is kept in the record of the document."),
        ended_note=note_id,
    )


# The forms of the page of an issue, by their names in its template.
_ISSUE_FORMS: dict[str, type[Form]] = {
    "note": NoteForm,
    "withdraw": WithdrawForm,
    "ending": EndNoteForm,
}


def _annotate(
    request: HttpRequest,
    page_id: int,
    name: str,
    act: Callable[..., object],
    done: str,
    **context: Any,
) -> HttpResponse:
    """Do something with what was issued; what is refused comes back in its form.

    Args: name, of the form in :data:`_ISSUE_FORMS`; act, what takes its fields, the actor and the
    moment; done, the sentence for when it is done.
    """
    selectors.issue_for(signed_in(request), page_id)
    form, status = _ISSUE_FORMS[name](request.POST), 422
    if form.is_valid():
        try:
            act(actor=signed_in(request), now=now(), **form.cleaned_data)
        except NotFound:
            raise
        except HubError as error:
            form.add_error(None, str(error))
            status = error.http_status
        else:
            give(request, Receipt(done, "notes"))
            return redirect(f"{reverse('cms:issue', args=(page_id,))}#notes")
    return _issue(request, page_id, status=status, **{name: form}, **context)


def _issue(
    request: HttpRequest, page_id: int, *, status: int = 200, **context: Any
) -> HttpResponse:
    issued = selectors.issue_for(signed_in(request), page_id)
    notes = list(issued.notes.all())
    forms = {
        "note": NoteForm(initial={"dated": now().date()}),
        "withdraw": WithdrawForm(),
        "ending": EndNoteForm(),
    }
    withdrawals = (row for row in notes if row.kind == "withdrawal" and row.ended_at is None)
    values = {
        "issued": issued,
        "page": issued.page,
        "notes": notes,
        "withdrawal": next(withdrawals, None),
        **forms,
        **context,
    }
    return render(request, "cms/issue.html", values, status=status)


def _desk(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    member = signed_in(request)
    page = selectors.desk_for(member, page=whole_number(request.GET.get("page"), 1))
    values = {
        "lines": page,
        **page.links(),
        "send_back": SendBackForm(),
        "secretariat": is_secretariat(member),
        **context,
    }
    return render(request, "cms/desk.html", values, status=status)


def _act(
    request: HttpRequest, page_id: int, done: str, act: Callable[[], object], **context: Any
) -> HttpResponse:
    """Do it and say so at its line of the desk.

    What cannot be done is said there too; what has changed meanwhile is shown.
    """
    place = f"page{page_id}"
    try:
        act()
    except NotFound:
        raise
    except Stale as error:
        return _desk(request, status=error.http_status, stale=error, **context)
    except HubError as error:
        if typed_texts(request):
            # The page of the error keeps the comment.
            raise
        give(request, Receipt(str(error), place, level="error"))
    else:
        give(request, Receipt(done, place))
    return redirect(f"{reverse('cms:desk')}#{place}")
