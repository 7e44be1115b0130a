"""Draw the head of every page, once for each language, room and kind of reader.

Source: decision record 0029. ::

    {% load hub_masthead %}
    {% masthead %}
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import urlencode
from django.utils.safestring import SafeString

from hub.context import NAV, NavigationEntry, is_current, languages_in
from hub.lib.hooks import registered
from hub.lib.initials import initials_of
from hub.lib.languages import current_language
from hub.lib.stencils import Stencil
from hub.members.models import Member
from hub.members.requests import member_of

register = template.Library()
# The head of a page shows no larger number of unread topics.
MOST_UNREAD = 99
_ROOMS = tuple(f"is_at_{place}" for place in range(len(NAV)))


def _lists(flags: Mapping[str, bool]) -> dict[str, Any]:
    languages = languages_in(current_language())
    return {
        "languages": languages,
        "current_language": next((language for language in languages if language.current), None),
        "nav": [
            NavigationEntry(url, label, flags[room])
            for (url, label), room in zip(NAV, _ROOMS, strict=True)
        ],
    }


_masthead = Stencil(
    "components/masthead.html",
    flags=("is_home", "is_signed_in", "is_secretariat", "has_next", "has_unread", *_ROOMS),
    values=(
        "hub_name",
        "here",
        "csrf_token",
        "name",
        "initials",
        "country_code",
        "login_next",
        "unread",
    ),
    more=_lists,
)


@register.simple_tag(takes_context=True)
def masthead(context: Context) -> SafeString:
    """Draw the head of a page: the hub's name, languages, the person, the main rooms."""
    request: Any = context.get("request")
    path, here = "", ""
    if request is not None:
        path, here = request.path, request.get_full_path()
    flags = {
        "is_home": path == "/",
        "is_signed_in": False,
        "is_secretariat": False,
        "has_unread": False,
        "has_next": path not in {"", "/"},
        **{room: is_current(url, path) for (url, _label), room in zip(NAV, _ROOMS, strict=True)},
    }
    values = {
        "hub_name": context.get("hub_name", ""),
        "here": here,
        "csrf_token": context.get("csrf_token", ""),
        "name": "",
        "initials": "",
        "country_code": "",
        "login_next": urlencode(here),
        "unread": "",
    }
    member = member_of(request)
    if member is not None:
        name, unread = member.get_full_name(), _unread(context, member)
        flags |= {"is_signed_in": True, "is_secretariat": member.is_staff}
        flags["has_unread"] = unread > 0
        values |= {"name": name, "initials": initials_of(name), "country_code": member.country}
        values["unread"] = f"{unread}" if unread <= MOST_UNREAD else f"{MOST_UNREAD}+"
    return _masthead.draw(flags, values)


def _unread(context: Context, member: Member) -> int:
    """Return how many topics have something new: a page that has counted them says so itself.

    A page that is shown because something failed asks nothing.
    """
    counted = context.get("unread_topics")
    if counted is not None:
        return int(counted)
    if context.get("error") is not None:
        return 0
    return sum(count(member) for count in registered("HUB_UNREAD"))
