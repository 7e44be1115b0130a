"""Write names into a sentence as the reader's language does.

It has its own quotation marks, and its own sign between two names.
"""

from collections.abc import Iterable

from django.utils.translation import pgettext

from hub.lib.scripts import isolate


def quoted(name: str) -> str:
    """Return the name of a discussion, an agenda item … in the quotation marks of the language."""
    # Translators: the quotation marks of the language, around a name
    return pgettext("a name in quotation marks", "“%s”") % isolate(name)


def between_names() -> str:
    """Return what the language puts between two names of a list."""
    # Translators: a comma and a space, or what the language puts between two names of a list
    return pgettext("between names", ", ")


def listed(names: Iterable[str]) -> str:
    """Return several names as one text, with what the language puts between them."""
    return between_names().join(isolate(name) for name in names)
