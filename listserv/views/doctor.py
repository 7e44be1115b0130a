"""The domain doctor's page: what keeps the hub's mail
from being delivered or believed, for the Secretariat.
"""

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

# Seconds that the page waits for an examination; most have ended by then.
WAIT = 4.0


@require_http_methods(["GET", "HEAD", "POST"])
def doctor(request: HttpRequest) -> HttpResponse:
    """Show the last report; POST begins a new one, and shows
    it when it is whole, or what is known after a while.
    """
    staff_only(request)
    if request.method == "POST":
        thread = report.start(Site.here())
        if thread is None:
            messages.info(request, _("An examination is under way already."))
        else:
            thread.join(WAIT)
        return HttpResponseRedirect(reverse("listserv:doctor"))
    findings = report.last()
    context = {
        "report": findings,
        "is_running": findings is not None and findings.is_running(clock.now()),
        "done": len(findings.findings) if findings is not None else 0,
        "total": len(findings.topics) if findings is not None else 0,
    }
    return render(request, "listserv/doctor.html", context)
