"""Return what somebody typed into a form that was refused, so that it can be copied.

Pages of errors show it. A form whose view refuses it as a whole (the discussion has closed, the
topic is hidden by now, the sign-in has ended, the form was open too long) is not shown again. Its
words would be lost to whoever has no script, and to a browser that does not keep them. No page
shows what a form from another site has sent.
"""

from urllib.parse import urlsplit

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError

# Names of the fields into which people write whole sentences, in every room; never a password or a
# key.
LONG_TEXTS = frozenset(
    """
    subject title text reason summary statement addresses background items note words mandate
    comment members participants theme questions sponsors why
    """.split()
)


def typed_texts(request: HttpRequest) -> list[str]:
    """Return the texts that came with a form, in its order.

    There are none for a page that was only read.
    """
    if request.method != "POST":
        return []
    if not _is_from_here(request):
        return []
    try:
        fields = request.POST
    except (SuspiciousOperation, UnreadablePostError):
        return []
    return [
        text
        for name in fields
        if name in LONG_TEXTS
        for text in fields.getlist(name)
        if text.strip()
    ]


def _is_from_here(request: HttpRequest) -> bool:
    """Whether a form was sent from a page of this host.

    A browser says where it comes from, a program need not.
    """
    origin = request.headers.get("Origin") or request.headers.get("Referer")
    return origin is None or urlsplit(origin).netloc == request.get_host()
