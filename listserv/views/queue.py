"""The queue of outgoing mail and what came back, for the Secretariat, with what can be done."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from hub.lib import clock
from hub.lib.counts import with_count
from hub.lib.scripts import isolate
from listserv.bounces import selectors as bounce_selectors
from listserv.bounces import services as bounce_services
from listserv.models import AddressHealth
from listserv.outbound import hold, queue
from listserv.views.paging import SIZE, paging
from listserv.views.staff import staff_only

PAGE = SIZE


@require_http_methods(["GET", "HEAD", "POST"])
def waiting(request: HttpRequest) -> HttpResponse:
    """Show what waits; a POST retries one or all now, or cancels one, after a question."""
    member = staff_only(request)
    if request.method == "POST":
        return _act(request)
    context = {"queue": queue.queue_for(member, clock.now()), "hold": hold.delivery_hold()}
    return render(request, "listserv/queue.html", context)


def _act(request: HttpRequest) -> HttpResponse:
    if "delivery" in request.POST:
        return _change_hold(request)
    if request.POST.get("give_up"):
        return _cancel(request, request.POST["give_up"])
    count = queue.retry_now(key=request.POST.get("retry", ""), now=clock.now())
    sentence = ngettext(
        "Retrying %(count)d delivery now.", "Retrying %(count)d deliveries now.", count
    )
    return _acted(request, sentence, count)


def _cancel(request: HttpRequest, key: str) -> HttpResponse:
    """Cancel the delivery of one, or of all that was refused; asks first."""
    now = clock.now()
    if "sure" not in request.POST:
        question = _question(key, now)
        if question:
            return render(request, "listserv/queue_give_up.html", question)
    count = queue.give_up(key=key, now=now)
    sentence = ngettext(
        "The delivery of %(count)d message was cancelled.",
        "The delivery of %(count)d messages was cancelled.",
        count,
    )
    return _acted(request, sentence, count)


def _question(key: str, now: datetime) -> dict[str, object]:
    """Return what the page that asks shows; nothing where there is nothing to ask about."""
    if key == "refused":
        return {"count": queue.refused_count(now)}
    item = queue.item_of(key)
    if item is None:
        return {}
    return {"item": item}


def _acted(request: HttpRequest, sentence: str, count: int) -> HttpResponse:
    if count:
        messages.success(request, sentence % {"count": count})
    else:
        messages.warning(request, _("This is no longer waiting, or is already being sent."))
    return HttpResponseRedirect(reverse("listserv:queue"))


def _change_hold(request: HttpRequest) -> HttpResponse:
    """Keep outgoing mail back, or let it go; discarding asks first."""
    act = request.POST["delivery"]
    if act == "discard" and "sure" not in request.POST:
        return render(request, "listserv/queue_discard.html", {"hold": hold.delivery_hold()})
    if act == "hold":
        hold.hold_delivery(now=clock.now())
        messages.success(request, _("Delivery is on hold. Nothing is sent until you resume it."))
    elif act == "discard":
        count = sum(hold.discard_waiting(now=clock.now()).values())
        sentence = with_count(
            ngettext("%d item was discarded.", "%d items were discarded.", count), count
        )
        messages.success(request, sentence + " " + _("Delivery has resumed."))
    elif act == "resume" and hold.resume_delivery():
        messages.success(request, _("Delivery has resumed."))
    return HttpResponseRedirect(reverse("listserv:queue"))


@require_http_methods(["GET", "HEAD", "POST"])
def came_back(request: HttpRequest) -> HttpResponse:
    """Show the addresses that mail comes back from; a POST lets one have its mail again."""
    member = staff_only(request)
    rows = bounce_selectors.unhealthy_for(member)
    if request.method == "POST":
        return _restart(request)
    page = paging(request.GET.get("page", ""), rows.count(), size=PAGE)
    shown = list(rows[page.rows])
    last = bounce_selectors.last_bounces([row.address for row in shown])
    context = {"rows": [(row, last.get(row.address)) for row in shown], **page.context}
    return render(request, "listserv/bounces.html", context)


def _restart(request: HttpRequest) -> HttpResponse:
    asked = request.POST.get("restart", "")[:254]
    if AddressHealth.objects.filter(address=asked).exists():
        bounce_services.restart_address(address=asked, now=clock.now())
        messages.success(
            request,
            _("%s receives mail again, and its bounce history was cleared.") % isolate(asked),
        )
    else:
        messages.warning(request, _("The bounce history of this address was cleared."))
    return HttpResponseRedirect(request.get_full_path())
