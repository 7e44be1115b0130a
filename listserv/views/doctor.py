"""The domain doctor's page, for the Secretariat: can mail be delivered, and is it believed?"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from listserv.doctor import report
from listserv.doctor.findings import Site
from listserv.views.staff import staff_only

# The page waits so long for an examination; most have ended by then.
WAIT_SECONDS = 4.0


@require_http_methods(["GET", "HEAD", "POST"])
def doctor(request: HttpRequest) -> HttpResponse:
    """Show the last report; a POST begins a new one, and waits a while until it is whole."""
    staff_only(request)
    if request.method == "POST":
        thread = report.start(Site.here())
        if thread is None:
            messages.info(request, _("A check is already in progress."))
        else:
            thread.join(WAIT_SECONDS)
        return HttpResponseRedirect(reverse("listserv:doctor"))
    last = report.last()
    context = {"report": last, "is_running": False, "done": 0, "total": 0}
    if last is not None:
        context |= {
            "is_running": last.is_running(clock.now()),
            "done": len(last.findings),
            "total": len(last.topics),
        }
    return render(request, "listserv/doctor.html", context)
