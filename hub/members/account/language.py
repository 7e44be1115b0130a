"""Keep one language for each member: pages, preferences and mails agree.

What a visitor chooses is kept in a cookie of this browser. A member's choice is the preference,
wherever it is made; no cookie stands beside it. A sign-in ends the cookie's choice, and says so
with a way back to it where the two differ.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.i18n import set_language

from hub.lib.receipts import Receipt, Undo, give
from hub.members import services
from hub.members.models import Member


def choose_language(request: HttpRequest) -> HttpResponse:
    """Show the pages in another language.

    For a visitor that is so in this browser, for a member it is the preference.
    """
    response = set_language(request)
    if request.method != "POST":
        return response
    if not request.user.is_authenticated:
        return response
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        return response
    before = str(request.user.language)
    services.set_language(member=request.user, language=language)
    forget_choice(response)
    if language != before:
        with translation.override(language):
            _offer_other(
                request,
                _("Your pages and messages are in this language from now on."),
                other=before,
            )
    return response


def forget_choice(response: HttpResponse) -> None:
    """Let the cookie of this browser end: the member's own language counts."""
    response.delete_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        path=settings.LANGUAGE_COOKIE_PATH,
        domain=settings.LANGUAGE_COOKIE_DOMAIN,
    )


def reconcile(request: HttpRequest, member: Member) -> None:
    """After a sign-in, let the member's language count, and offer the one chosen before it."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen is None:
        return
    # See hub.middleware.MemberLocaleMiddleware.
    request.forgets_language_choice = True  # type: ignore[attr-defined]
    if chosen in dict(settings.LANGUAGES) and chosen != member.language:
        with translation.override(member.language):
            _offer_other(
                request,
                _("Your pages and messages are in this language, as set in your preferences."),
                other=chosen,
            )


def _offer_other(request: HttpRequest, text: str, *, other: str) -> None:
    """Say which language it is, in it; the button bears the other one's own name."""
    name = str(translation.get_language_info(other)["name_local"])
    undo = Undo(reverse("set_language"), name[:1].upper() + name[1:], {"language": other})
    give(request, Receipt(text, "", level="info", undo=undo))
