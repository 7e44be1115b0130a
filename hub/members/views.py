"""Pages of the people: apply, confirm, decide, preferences, directory."""

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from hub.lib import clock
from hub.lib.errors import Conflict, Stale
from hub.lib.forms import posted, status_of
from hub.lib.numbers import whole_number
from hub.lib.paging import listed, neighbours
from hub.lib.scripts import isolate
from hub.lib.throttle import throttled
from hub.lib.typed import typed_texts
from hub.members import invited, selectors, services
from hub.members.account.language import forget_choice
from hub.members.errors import LinkBroken, LinkExpired
from hub.members.forms import AddressForm, ApplicationDecisionForm, ApplicationForm, PreferencesForm
from hub.members.models import Application
from hub.members.requests import signed_in

# Members and decided applications on one page.
PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """Ask to join; the answer is the same whether the address is known or not."""
    if request.user.is_authenticated:
        messages.info(request, _("You are already a member."))
        return HttpResponseRedirect("/")
    token = request.session.get(invited.KEY, "")
    initial = {"email": invited.invited_address(token, clock.now())}
    form = ApplicationForm(posted(request), initial=initial)
    if request.method != "POST":
        return render(request, "members/apply.html", {"form": form})
    if not form.is_valid():
        return render(request, "members/apply.html", {"form": form}, status=422)
    if not ratelimit.consume(request, action="signup"):
        form.add_error(
            None,
            _("Too many applications came from your network. Wait a minute, then send it again."),
        )
        return render(request, "members/apply.html", {"form": form}, status=429)
    fields = {name: value for name, value in form.cleaned_data.items() if name != "accepts"}
    application = services.apply(applicant=services.Applicant(**fields), now=clock.now())
    if application is not None:
        invited.note_application(token=token, member=application.member, now=clock.now())
    request.session.pop(invited.KEY, None)
    return HttpResponseRedirect(reverse("members:sent"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sent(request: HttpRequest) -> HttpResponse:
    """Say what happens next.

    A POST sends the owner of an address a notification of where the application stands.
    """
    form = AddressForm(posted(request))
    if form.is_valid():
        if not ratelimit.consume(request, action="signup"):
            form.add_error(
                None, _("Too many requests came from your network. Wait a minute, then try again.")
            )
            return render(request, "members/sent.html", {"form": form}, status=429)
        services.send_again(address=form.cleaned_data["email"], now=clock.now())
        text = _(
            "If an application came from this address, a message is on its way. It can "
            "take a few minutes."
        )
        messages.success(request, text)
        return HttpResponseRedirect(request.path)
    return render(request, "members/sent.html", {"form": form}, status=status_of(form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what a link confirms; a POST confirms it, since mail scanners open links."""
    now = clock.now()
    try:
        if "again" in request.POST:
            services.renew_link(token=token, now=now)
            return HttpResponseRedirect(reverse("members:sent"))
        if request.method == "POST":
            revision = whole_number(request.POST.get("revision"))
            application = services.confirm_application(token=token, now=now, revision=revision)
        else:
            application = services.read_token(token=token, now=now)
    except Stale as error:
        context = {"application": services.read_token(token=token, now=now), "stale": error}
        return render(request, "members/confirm.html", context, status=error.http_status)
    except (LinkBroken, LinkExpired) as error:
        context = {"error": error, "expired": isinstance(error, LinkExpired), "form": AddressForm()}
        return render(request, "members/link.html", context, status=error.http_status)
    if application.state == Application.State.UNCONFIRMED:
        return render(request, "members/confirm.html", {"application": application})
    return render(request, "members/standing.html", {"application": application})


@login_required
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Show the Secretariat who waits, and what was decided."""
    member = signed_in(request)
    waiting = listed(
        selectors.pending_applications_for(member), page=whole_number(request.GET.get("page"), 1)
    )
    decided = selectors.decided_applications_for(member)[:PAGE]
    return render(
        request, "members/queue.html", {"waiting": waiting, "decided": decided, **waiting.links()}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one application with what is known.

    The first POST asks once more, the second one decides.
    """
    application = selectors.application_for(signed_in(request), pk)
    form = ApplicationDecisionForm(posted(request))
    context = {
        "application": application,
        "known": selectors.known_about(application),
        "form": form,
    }
    if request.method != "POST":
        return render(request, "members/application.html", context)
    if not form.is_valid():
        return render(request, "members/application.html", context, status=422)
    if "back" in request.POST:
        return render(request, "members/application.html", context)
    if "confirmed" not in request.POST:
        return render(request, "members/decide.html", context)
    try:
        _decide(request, pk, form)
    except Conflict as error:
        application.refresh_from_db()
        if application.state == Application.State.PENDING:
            # Another decision may be made: the form keeps what was typed.
            form.add_error(None, str(error))
            return render(request, "members/application.html", context, status=error.http_status)
        if typed_texts(request):
            # The page of the error keeps the reason.
            raise
        messages.warning(request, str(error))
    return HttpResponseRedirect(reverse("members:queue"))


def _decide(request: HttpRequest, pk: int, form: ApplicationDecisionForm) -> None:
    reason = form.cleaned_data["reason"]
    arguments = {
        "application_id": pk,
        "actor": signed_in(request),
        "reason": reason,
        "now": clock.now(),
    }
    if form.cleaned_data["decision"] == ApplicationDecisionForm.APPROVE:
        application = services.approve_application(**arguments)
        sentence = _("%s is a member. A link to choose a password is on its way.")
    else:
        application = services.decline_application(**arguments)
        sentence = _("%s was declined and will receive your reason by e-mail.")
    messages.success(request, sentence % isolate(str(application.member)))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Set language and time zone; say where the rest is set."""
    member = signed_in(request)
    form = PreferencesForm(
        posted(request), initial={"language": member.language, "time_zone": member.time_zone}
    )
    if form.is_valid():
        services.set_preferences(member=member, **form.cleaned_data)
        with translation.override(member.language):
            messages.success(
                request, _("Saved. The change applies to your next pages and messages.")
            )
        response = HttpResponseRedirect(request.path)
        forget_choice(response)
        return response
    context = {"form": form, "addresses": selectors.addresses_of(member)}
    return render(request, "members/preferences.html", context, status=status_of(form))


@login_required
@require_safe
@throttled(100)
def directory(request: HttpRequest) -> HttpResponse:
    """Show members to members: who, where, what for; never an address."""
    query = request.GET.get("q", "").strip()[:100]
    pages = Paginator(selectors.directory_for(signed_in(request), query), PAGE)
    page = pages.get_page(request.GET.get("page"))
    question = {"q": query} if query else {}
    context = {
        "query": query,
        "page": page,
        "total": pages.count,
        **neighbours(page.number, pages.num_pages, **question),
    }
    return render(request, "members/directory.html", context)


@login_required
@require_safe
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one member to members."""
    return render(
        request, "members/profile.html", {"person": selectors.profile_for(signed_in(request), pk)}
    )
