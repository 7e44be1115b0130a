"""Give every page what it knows: the hub's name, the languages, where the reader is.

No query is made here: the context is the same price on every page, mails and errors included.
"""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language_info, pgettext_lazy

from hub.lib.languages import current_language, direction, language_tag
from hub.members.account import rules
from hub.members.account.middleware import NEXT
from hub.members.requests import member_of

# The main rooms by the addresses that stay.
NAV: tuple[tuple[str, Promise], ...] = (
    ("/", pgettext_lazy("navigation: home page", "Home")),
    ("/discussions/", pgettext_lazy("navigation or heading", "Discussions")),
    ("/conferences/", pgettext_lazy("navigation or heading", "Conferences")),
    ("/published/", pgettext_lazy("navigation: what was published", "Published")),
    ("/search/", pgettext_lazy("navigation or heading", "Search")),
)


# What languages call themselves, where Django has it longer.
_OWN_NAMES = {"zh-hans": "中文"}


@dataclass(frozen=True)
class Language:
    """A language of the hub: its code, its own name, its direction, whether it is in use.

    The direction is ``ltr`` or ``rtl``.
    """

    code: str
    name: str
    dir: str
    current: bool


@dataclass(frozen=True)
class NavigationEntry:
    """An entry of the main navigation."""

    url: str
    label: str | Promise
    current: bool


class SecondFactor:
    """How the second factor stands for the reader.

    Only ``missing`` asks the database, on the pages that show it.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def is_off(self) -> bool:
        """Whether a page says that the Secretariat signs in without one.

        In the demo network everybody is told, else the Secretariat alone.
        """
        if rules.is_required():
            return False
        if settings.HUB_DEMO:
            return True
        member = member_of(self._request)
        return member is not None and rules.is_secretariat(member)

    @property
    def missing(self) -> bool:
        """Whether the reader has to set one up first."""
        member = member_of(self._request)
        return member is not None and rules.must_set_up(member)

    @property
    def next(self) -> str:
        """Where the reader was held up, empty for nowhere."""
        return str(self._request.session.get(NEXT, ""))


@cache
def languages_in(current: str) -> tuple[Language, ...]:
    """Return the languages of the hub, each under its own name.

    Args: current, the code of the one in use.
    """
    languages = []
    for code, _name in settings.LANGUAGES:
        name = _OWN_NAMES.get(code) or str(get_language_info(code)["name_local"])
        shown = name[:1].upper() + name[1:]
        languages.append(Language(code, shown, direction(code), code == current))
    return tuple(languages)


def is_current(url: str, path: str) -> bool:
    """Whether an address of the main navigation is that of the page, or above it."""
    if url == "/":
        return path == "/"
    return path.startswith(url)


def hub(request: HttpRequest) -> dict[str, object]:
    """Give templates ``hub_name``, ``lang``, ``dir``, ``languages``, ``nav`` and ``second_factor``.

    Returns: ``lang`` as BCP 47 has it (``zh-Hans``), ``dir`` as ``ltr`` or ``rtl``.
    """
    code = current_language()
    languages = languages_in(code)
    current = next((language for language in languages if language.current), None)
    return {
        "hub_name": settings.HUB_NAME,
        "lang": language_tag(code),
        "dir": direction(code),
        "languages": languages,
        "current_language": current,
        "nav": [NavigationEntry(url, label, is_current(url, request.path)) for url, label in NAV],
        "second_factor": SecondFactor(request),
    }
