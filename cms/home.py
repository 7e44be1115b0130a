"""The address of the home: a member's is read without Wagtail's tree, a visitor's is its page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from wagtail.views import serve

from cms.selectors import home_for
from hub.lib.clock import now
from hub.members.requests import member_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show a member what needs them, and a visitor what the network is."""
    member = member_of(request)
    if member is None:
        response: HttpResponse = serve(request, "")
        return response
    shown = home_for(member, now=now())
    context = {"member": member, "home": shown, "unread_topics": shown.news.topics.total}
    return render(request, "cms/home.html", context)
