"""Ask once in a request: what several rooms want to know about the same reader.

Only while a page is read (GET, HEAD): such a request changes nobody's rights, so an answer cannot
grow stale before the page is done. POSTs, sockets, mail and workers ask each time.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("hub_answers", default=None)


def page_answers() -> dict[Hashable, Any]:
    """Return what was answered so far while this page is read: ``question -> answer``.

    Whoever answers another question puts its answer in. Outside a page the dictionary is a new one
    each time, so that nothing is remembered.
    """
    answers = _answers.get()
    if answers is None:
        return {}
    return answers


class OnceMiddleware:
    """Remember answers from the first middleware after it to the last template, and forget them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve with a memory for reading, without one for writing."""
        token = _answers.set({} if request.method in {"GET", "HEAD"} else None)
        try:
            return self.get_response(request)
        finally:
            _answers.reset(token)
