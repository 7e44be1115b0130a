"""The domain doctor's page: what keeps the hub's mail from being delivered or believed, for the Secretariat."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from listserv.trust import report
from listserv.trust.doctor import Site
from listserv.views.staff import staff_only

# Seconds that the page waits for an examination; most have ended by then.
WAIT = 4.0


@require_http_methods(["GET", "HEAD", "POST"])
def doctor(request: HttpRequest) -> HttpResponse:
    """Show the last report; POST begins a new one, and shows it when it is whole, or what is known after a while."""
    staff_only(request)
    if request.method == "POST":
        thread = report.start(Site.here())
        if thread is None:
            messages.info(request, _("An examination is under way already."))
        else:
            thread.join(WAIT)
        return HttpResponseRedirect(reverse("listserv:doctor"))
    found = report.last()
    context = {
        "report": found,
        "is_running": found is not None and found.is_running(clock.now()),
        "done": len(found.findings) if found is not None else 0,
        "total": len(found.topics) if found is not None else 0,
    }
    return render(request, "listserv/doctor.html", context)
