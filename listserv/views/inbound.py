"""Messages that are in no discussion, for the Secretariat, with a way to retry what failed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.numbers import whole_number
from listserv import selectors
from listserv.gateway.states import retry_failed
from listserv.views.paging import SIZE, paging
from listserv.views.staff import staff_only

PAGE = SIZE


@require_http_methods(["GET", "HEAD", "POST"])
def inbound(request: HttpRequest) -> HttpResponse:
    """List what waits, is held, failed or was refused, or one of these; a POST retries one."""
    member = staff_only(request)
    if request.method == "POST":
        return _retry(request)
    today = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    record = selectors.inbound_for(member, refused_since=today)
    state = request.GET.get("state", "")
    if state not in record.counts:
        state = ""
    page = paging(request.GET.get("page", ""), record.counts[state], size=PAGE, state=state)
    context = {
        "rows": record.rows(state)[page.rows],
        "state": state,
        "views": [
            (key, label, record.counts[key])
            for key, label in selectors.InboundRecord.LABELS.items()
        ],
        **page.context,
    }
    return render(request, "listserv/inbound.html", context)


def _retry(request: HttpRequest) -> HttpResponse:
    if retry_failed(pk=whole_number(request.POST.get("retry"))):
        messages.success(request, _("The hub is trying again now."))
    else:
        messages.warning(request, _("This message is no longer waiting for you."))
    return HttpResponseRedirect(request.get_full_path())
