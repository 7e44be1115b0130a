"""Name a language of the hub as HTML and mail do, and say in which direction it runs."""

from django.conf import settings
from django.utils.translation import get_language, get_language_info

# Languages of the hub whose tag (RFC 5646) is spelled otherwise.
_TAGS = {"zh-hans": "zh-Hans"}


def current_language() -> str:
    """Return the code of the language in use; the hub's own where none is."""
    return get_language() or settings.LANGUAGE_CODE


def language_tag(code: str) -> str:
    """Return the tag of a language, for ``lang`` and ``Content-Language``."""
    return _TAGS.get(code, code)


def direction(code: str) -> str:
    """Return the direction of a language, for ``dir``: ``ltr`` or ``rtl``."""
    return "rtl" if get_language_info(code)["bidi"] else "ltr"
