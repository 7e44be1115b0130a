"""Set up: convene a conference, put sessions and items on the timetable, name people."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from conferences import rules, selectors, services
from conferences.forms import ConveneConferenceForm, HoursForm, ItemForm, PeopleForm, SessionForm
from conferences.models import Conference
from conferences.views.common import room_url
from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.errors import HubError, NotAllowed, NotFound, Stale
from hub.lib.fingerprints import SeenForm
from hub.members.requests import signed_in


def _handle(
    request: HttpRequest, form: forms.Form, work: Callable[[dict[str, Any]], str], **context: Any
) -> HttpResponse:
    """Show a form, or do its work and follow the address it gives.

    An error keeps what was typed.
    """
    status = 200
    if request.method == "POST":
        status = 422
    if form.is_valid():
        try:
            return HttpResponseRedirect(work(form.cleaned_data))
        except NotFound:
            raise
        except HubError as error:
            form.add_error(None, str(error))
            status = error.http_status
            if isinstance(error, Stale) and isinstance(form, SeenForm):
                form.show_current()
                context["stale"] = error
    return render(request, "conferences/form.html", {"form": form, **context}, status=status)


def _led(request: HttpRequest, slug: str) -> Conference:
    conference = selectors.conference_for(signed_in(request), slug)
    rules.check_leads(signed_in(request), conference.forum_id)
    return conference


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def convene(request: HttpRequest) -> HttpResponse:
    """Convene a conference."""
    member = signed_in(request)
    if not rules.may_convene(member):
        raise NotAllowed(_("Only the Secretariat can convene conferences."))
    form = ConveneConferenceForm(request.POST or None, initial={"language": member.language})

    def work(data: dict[str, Any]) -> str:
        conference = services.convene_conference(
            name=data["name"],
            slug=data["slug"],
            background=data["background"],
            language=data["language"],
            starts_at=data["starts_at"],
            ends_at=data["ends_at"],
            people=form.people(),
            actor=member,
            now=clock.now(),
        )
        messages.success(
            request,
            _("The conference has been convened, with its discussion and its mailing list."),
        )
        return conference.get_absolute_url()

    return _handle(
        request,
        form,
        work,
        heading=_("Convene a conference"),
        act=_("Convene the conference"),
        lead=_(
            "The conference gets a closed discussion, a mailing list and a timetable. "
            "The people you name here are admitted at once."
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest, slug: str) -> HttpResponse:
    """Put a conference_session on the timetable."""
    conference = _led(request, slug)

    def work(data: dict[str, Any]) -> str:
        conference_session = services.schedule_session(
            conference_id=conference.pk,
            title=data["title"],
            opens_at=data["opens_at"],
            closes_at=data["closes_at"],
            items=data["items"],
            actor=signed_in(request),
            now=clock.now(),
        )
        messages.success(
            request,
            _(
                "The session is on the timetable. It opens at the scheduled time, or "
                "earlier if the chair opens it."
            ),
        )
        return conference_session.get_absolute_url()

    return _handle(
        request,
        SessionForm(request.POST or None),
        work,
        conference=conference,
        heading=_("Schedule a session"),
        act=_("Schedule the session"),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, slug: str) -> HttpResponse:
    """Let people in, or give them another role."""
    conference = _led(request, slug)
    names_chair = rules.names_chair(signed_in(request), conference.forum_id)

    def work(data: dict[str, Any]) -> str:
        services.admit_people(
            conference_id=conference.pk,
            people=data["addresses"],
            role=data["role"],
            actor=signed_in(request),
            now=clock.now(),
        )
        count = len(data["addresses"])
        messages.success(
            request,
            with_count(
                ngettext("%d person was admitted.", "%d people were admitted.", count), count
            ),
        )
        return conference.get_absolute_url()

    return _handle(
        request,
        PeopleForm(request.POST or None, names_chair=names_chair),
        work,
        conference=conference,
        heading=_("Admit participants"),
        act=_("Admit these people"),
        lead=_(
            "They can read and write at once, on the web and by e-mail. People who have "
            "already been admitted get the role you choose."
        ),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an agenda item."""
    row = selectors.session_for(signed_in(request), pk)
    rules.check_leads(signed_in(request), row.conference.forum_id)

    def work(data: dict[str, Any]) -> str:
        services.add_agenda_item(
            conference_session_id=pk,
            title=data["title"],
            note=data["note"],
            actor=signed_in(request),
            now=clock.now(),
        )
        messages.success(request, _("The item is on the agenda."))
        return room_url(pk)

    return _handle(
        request,
        ItemForm(request.POST or None),
        work,
        conference=row.conference,
        row=row,
        heading=_("Add an agenda item"),
        act=_("Add the item"),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hours(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the planned hours."""
    row = selectors.session_for(signed_in(request), pk)
    rules.check_leads(signed_in(request), row.conference.forum_id)

    def work(data: dict[str, Any]) -> str:
        services.reschedule_session(
            conference_session_id=pk,
            opens_at=data["opens_at"] or row.opens_at,
            closes_at=data["closes_at"],
            actor=signed_in(request),
            now=clock.now(),
            seen=form.seen,
        )
        return room_url(pk)

    initial = {"opens_at": row.opens_at, "closes_at": row.closes_at}
    form = HoursForm(request.POST or None, initial=initial, current=services.hours_of(row))
    if row.is_open:
        del form.fields["opens_at"]
    return _handle(
        request,
        form,
        lambda data: work({"opens_at": None, **data}),
        conference=row.conference,
        row=row,
        heading=_("Change the hours"),
        act=_("Change the times"),
    )


@require_POST
@login_required
def end_conference(request: HttpRequest, slug: str) -> HttpResponse:
    """End a conference before its time."""
    conference = selectors.conference_for(signed_in(request), slug)
    try:
        services.end_conference(
            conference_id=conference.pk, actor=signed_in(request), now=clock.now()
        )
    except (NotAllowed, NotFound):
        raise
    except HubError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The conference is over. Its proceedings can be issued."))
    return HttpResponseRedirect(conference.get_absolute_url())
