"""Pages of leaving for good: one's own, the Secretariat's, and what is left to look at."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hub.lib import clock
from hub.lib.errors import Invalid, NotAllowed
from hub.lib.forms import posted, status_of
from hub.lib.numbers import whole_number
from hub.lib.paging import neighbours
from hub.members.departures import (
    MAX_REASON,
    anonymise_member,
    departure_for,
    departure_of,
    departures_for,
    finish_departure,
    person_for,
    settle_trace,
    traces_of,
)
from hub.members.models import Member
from hub.members.requests import signed_in

PAGE = 50


class _ConfirmForm(forms.Form):
    """A password, asked again before something that cannot be undone."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    understood = forms.BooleanField(
        label=gettext_lazy("I understand that this cannot be undone."),
        error_messages={
            "required": gettext_lazy("Tick the box: nobody can restore the account afterwards.")
        },
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._member = member

    def clean_password(self) -> str:
        """Check the password, within the limits of signing in."""
        password = str(self.cleaned_data["password"])
        if not get_adapter().reauthenticate(self._member, password):
            raise ValidationError(_("The password is wrong."))
        return password


class LeaveForm(_ConfirmForm):
    """A member leaves."""

    field_order = ("understood", "password")


class AnonymiseForm(_ConfirmForm):
    """The Secretariat takes a person out, and says why."""

    reason = forms.CharField(
        label=pgettext_lazy("label", "Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "For the record of the Secretariat. Do not write the person's name in it."
        ),
    )
    field_order = ("reason", "understood", "password")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """Show what leaving for good means; the POST with the password does it."""
    member = signed_in(request)
    form = LeaveForm(posted(request), member=member)
    if form.is_valid():
        try:
            anonymise_member(member_id=member.pk, actor=member, now=clock.now())
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            logout(request)
            return render(request, "members/left.html")
    return render(request, "members/leave.html", {"form": form}, status=status_of(form))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def anonymise(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the Secretariat remove a person from the record, with a reason."""
    actor = signed_in(request)
    if not actor.is_staff:
        raise NotAllowed
    person = person_for(member_id=pk, actor=actor)
    form = AnonymiseForm(posted(request), member=actor)
    if form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            anonymise_member(member_id=pk, actor=actor, now=clock.now(), reason=reason)
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The person was removed from the record."))
            return redirect("members:departure", pk=departure_of(pk).pk)
    context = {"form": form, "person": person}
    return render(request, "members/anonymise.html", context, status=status_of(form))


@login_required
@never_cache
@require_safe
def departures(request: HttpRequest) -> HttpResponse:
    """Show the Secretariat who left, and where there is something left to look at."""
    page = Paginator(departures_for(signed_in(request)), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "members/departures.html",
        {"page": page, **neighbours(page.number, page.paginator.num_pages)},
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def departure(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where others still name a person who left.

    A POST settles one place, or does what was left undone.
    """
    actor = signed_in(request)
    row = departure_for(actor, pk)
    if request.method == "POST":
        trace_id = whole_number(request.POST.get("trace"))
        if "finish" in request.POST:
            finish_departure(departure_id=row.pk)
        elif trace_id:
            settle_trace(departure_id=row.pk, trace_id=trace_id, actor=actor, now=clock.now())
        return redirect(f"{request.path}?page={whole_number(request.GET.get('page'), 1)}")
    page = Paginator(traces_of(row), PAGE).get_page(request.GET.get("page"))
    context = {
        "departure": row,
        "page": page,
        "number": page.number,
        **neighbours(page.number, page.paginator.num_pages),
    }
    return render(request, "members/departure.html", context)
