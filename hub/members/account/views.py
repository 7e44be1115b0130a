"""Pages of the account: sign-ins, application passwords, and lost second factors.

The last are for the Secretariat.
"""

from typing import Any, cast

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hub.lib.clock import now
from hub.lib.errors import Invalid, NotFound
from hub.lib.forms import posted, status_of
from hub.lib.paging import neighbours
from hub.lib.scripts import isolate
from hub.members.account import rules, selectors, services
from hub.members.account.factor_adapter import HubFactorAdapter
from hub.members.account.forms import ApplicationPasswordForm, ResetForm
from hub.members.models import Member
from hub.members.requests import signed_in

PAGE = 50


@login_required
@never_cache
@require_safe
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Show where the member is signed in."""
    rows = selectors.sign_ins_of(
        signed_in(request), session_key=request.session.session_key or "", now=now()
    )
    return render(request, "members/sign_ins.html", {"sign_ins": rows})


@login_required
@require_POST
def end_sign_in(request: HttpRequest, mark: str) -> HttpResponse:
    """Sign out one browser."""
    try:
        services.end_sign_in(member=signed_in(request), mark=mark)
    except NotFound:
        messages.info(request, _("This sign-in has already ended."))
    else:
        messages.success(request, _("That browser is signed out."))
    return redirect("members:sign_ins")


@login_required
@require_POST
def end_sign_ins(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here as well."""
    services.end_all_sign_ins(member=signed_in(request))
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("account_login")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required
def application_passwords(request: HttpRequest) -> HttpResponse:
    """Show the application passwords; a POST makes one and shows it this once."""
    member, secret = signed_in(request), ""
    form = ApplicationPasswordForm(posted(request))
    if form.is_valid():
        try:
            _row, secret = services.create_application_password(
                member=member, label=form.cleaned_data["label"], now=now()
            )
            form = ApplicationPasswordForm()
        except Invalid as error:
            form.add_error("label", str(error))
    context = {
        "form": form,
        "secret": secret,
        "passwords": selectors.application_passwords_of(member),
        "by_password": rules.signs_in_to_mail_by_password(member),
    }
    return render(request, "members/application_passwords.html", context, status=status_of(form))


@login_required
@require_POST
def remove_application_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back one application password."""
    services.remove_application_password(member=signed_in(request), pk=pk)
    messages.success(
        request, _("The password was removed. The program that used it can no longer sign in.")
    )
    return redirect("members:application_passwords")


@login_required
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a passkey, but not the last second factor of who must have one."""
    passkeys = Authenticator.objects.filter(
        user_id=signed_in(request).pk, type=Authenticator.Type.WEBAUTHN
    )
    passkey = passkeys.filter(pk=pk).first()
    if passkey is not None and not HubFactorAdapter().can_delete_authenticator(passkey):
        messages.error(request, HubFactorAdapter.error_messages["cannot_delete_authenticator"])
        return redirect("mfa_list_webauthn")
    answer: Any = remove_webauthn(request, pk=pk)
    return cast(HttpResponse, answer)


@login_required
@never_cache
@require_safe
def second_factors(request: HttpRequest) -> HttpResponse:
    """Show the Secretariat who has a second factor, who must have one, and what was reset."""
    reader = signed_in(request)
    page = Paginator(selectors.members_with_factor_for(reader), PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "resets": selectors.resets_for(reader),
        "reader": reader,
        **neighbours(page.number, page.paginator.num_pages),
    }
    return render(request, "members/second_factors.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Reset a lost second factor, with a reason; who may do it is asked for the password first."""
    answer: Any = _reset(request, selectors.member_to_reset_for(signed_in(request), pk))
    return cast(HttpResponse, answer)


@reauthentication_required
def _reset(request: HttpRequest, person: Member) -> HttpResponse:
    form = ResetForm(posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            services.reset_second_factor(
                member_id=person.pk, actor=signed_in(request), reason=reason, now=now()
            )
        except Invalid as error:
            form.add_error(None, str(error))
        else:
            text = _(
                "The second factor of %s was reset. The hub notifies the member and the "
                "Secretariat by e-mail."
            )
            messages.success(request, text % isolate(str(person)))
            return redirect("members:second_factors")
    context = {"person": person, "form": form}
    return render(request, "members/reset_factor.html", context, status=status_of(form))
