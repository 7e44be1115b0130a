"""The head of every page, drawn once for each language, room and kind of reader (decision record
0029).

::

    {% load hub_masthead %}
    {% masthead %}
"""

from collections.abc import Mapping
from typing import Any

from django import template
from django.template import Context
from django.template.defaultfilters import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from hub.context import NAV, NavigationEntry, is_current, languages_in
from hub.lib.stencils import Stencil
from hub.members.models import initials_of
from hub.members.requests import member_of

register = template.Library()
_ROOMS = tuple(f"is_at_{place}" for place in range(len(NAV)))


def _lists(flags: Mapping[str, bool]) -> dict[str, Any]:
    languages = languages_in(get_language() or "")
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
    flags=("is_home", "is_signed_in", "is_secretariat", "has_next", *_ROOMS),
    values=("hub_name", "here", "csrf_token", "name", "initials", "country_code", "login_next"),
    more=_lists,
)


@register.simple_tag(takes_context=True)
def masthead(context: Context) -> SafeString:
    """Draw the head of a page: the hub's name, languages, the person, the main rooms."""
    request = context.get("request")
    member = None if request is None else member_of(request)
    path, here = (request.path, request.get_full_path()) if request else ("", "")
    flags = {
        "is_home": path == "/",
        "is_signed_in": member is not None,
        "is_secretariat": member is not None and member.is_staff,
        "has_next": bool(path) and path != "/",
        **{room: is_current(url, path) for (url, _label), room in zip(NAV, _ROOMS, strict=True)},
    }
    name = member.get_full_name() if member else ""
    values = {
        "hub_name": context.get("hub_name", ""),
        "here": here,
        "csrf_token": context.get("csrf_token", ""),
        "name": name,
        "initials": initials_of(name),
        "country_code": (member.country or "") if member else "",
        "login_next": urlencode(here),
    }
    return _masthead.draw(flags, values)
