"""Ask once in a request: what several rooms want to know about the same reader.

Only while a page is read (GET, HEAD): such a request changes nobody's rights, so an answer cannot
grow stale before the page is done. POSTs, sockets, mail and workers ask each time.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse

Answer = TypeVar("Answer")
_answers: ContextVar[dict[Hashable, Any] | None] = ContextVar("hub_answers", default=None)


def once(key: Hashable, ask: Callable[[], Answer]) -> Answer:
    """Return what was answered to the same question in this request, else ask."""
    answers = _answers.get()
    if answers is None:
        return ask()
    if key not in answers:
        answers[key] = ask()
    return cast("Answer", answers[key])


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
