"""Pages of the liaison groups."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from hub.lib.clock import now
from hub.lib.errors import HubError, NotFound
from hub.lib.numbers import whole_number
from hub.members.requests import member_of, signed_in
from liaison import rules, selectors, services
from liaison.forms import ConveneGroupForm


@require_GET
@login_required
def groups(request: HttpRequest) -> HttpResponse:
    """Show the member's groups, all to the Secretariat."""
    today = now().date()
    page = selectors.group_page_for(
        signed_in(request), page=whole_number(request.GET.get("page"), 1)
    )
    lines = [(group, group.state_on(today)) for group in page]
    context = {"lines": lines, "may_convene": rules.may_convene(signed_in(request)), **page.links()}
    return render(request, "liaison/groups.html", context)


@require_GET
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one group to those who belong to it; a visitor sees what a missing one shows."""
    group_page = selectors.group_for(member_of(request), slug)
    context = {
        "group_page": group_page,
        "state": group_page.group.state_on(now().date()),
        "mandate": group_page.group.mandate_markup,
    }
    return render(request, "liaison/group.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def convene(request: HttpRequest) -> HttpResponse:
    """Let the Secretariat convene a group; what was typed stays when something is wrong."""
    if not rules.may_convene(signed_in(request)):
        raise NotFound
    form = ConveneGroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            liaison_group = services.convene_group(
                actor=signed_in(request), now=now(), **form.arguments()
            )
        except HubError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The group has been convened; its members are admitted."))
            return redirect(liaison_group.get_absolute_url())
    status = 200
    if form.errors:
        status = 422
    return render(request, "liaison/convene.html", {"form": form}, status=status)
