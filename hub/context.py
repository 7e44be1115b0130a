"""What every page knows: the hub's name, the languages, where the reader is, how the hub guards itself.

No query is made here: the context is the same price on every page, mails and errors included.
"""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from hub.members.account import rules
from hub.members.account.middleware import NEXT

# The main rooms by the addresses that stay.
NAV: tuple[tuple[str, Promise], ...] = (
    ("/", _("Home")),
    ("/discussions/", _("Discussions")),
    ("/conferences/", _("Conferences")),
    ("/published/", _("Published")),
    ("/search/", _("Search")),
)


@dataclass(frozen=True)
class Language:
    """A language of the hub: its code, its own name, its direction (``ltr`` or ``rtl``), whether it is in use."""

    code: str
    name: str
    dir: str
    current: bool


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation."""

    url: str
    label: str | Promise
    current: bool


class SecondFactor:
    """How the second factor stands for the reader; only ``missing`` asks the database, on the pages that show it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def is_off(self) -> bool:
        """Whether the Secretariat signs in without one: always said in the demo network, else to the Secretariat."""
        if rules.is_required():
            return False
        user = getattr(self._request, "user", None)
        return settings.HUB_DEMO or (user is not None and user.is_authenticated and rules.is_secretariat(user))

    @property
    def missing(self) -> bool:
        """Whether the reader has to set one up first."""
        return self._request.user.is_authenticated and rules.must_set_up(self._request.user)

    @property
    def next(self) -> str:
        """Where the reader was held up, empty for nowhere."""
        return str(self._request.session.get(NEXT, ""))


def _languages(current: str) -> list[Language]:
    found = []
    for code, _name in settings.LANGUAGES:
        info = get_language_info(code)
        name = "中文" if code == "zh-hans" else str(info["name_local"])
        found.append(Language(code, name[:1].upper() + name[1:], "rtl" if info["bidi"] else "ltr", code == current))
    return found


def _nav(path: str) -> list[Place]:
    return [Place(url, label, path == url if url == "/" else path.startswith(url)) for url, label in NAV]


def hub(request: HttpRequest) -> dict[str, object]:
    """Give templates ``hub_name``, ``lang``, ``dir``, ``languages``, ``nav`` and ``second_factor``.

    Returns: ``lang`` as BCP 47 has it (``zh-Hans``), ``dir`` as ``ltr`` or ``rtl``.
    """
    code = get_language() or settings.LANGUAGE_CODE
    languages = _languages(code)
    current = next((language for language in languages if language.current), None)
    return {
        "hub_name": settings.HUB_NAME,
        "lang": "zh-Hans" if code == "zh-hans" else code,
        "dir": current.dir if current else "ltr",
        "languages": languages,
        "current_language": current,
        "nav": _nav(request.path),
        "second_factor": SecondFactor(request),
    }
