"""Say in an answer when the same may work (RFC 9110 §10.2.3)."""

from typing import TypeVar

from django.http import HttpResponse

from hub.lib.errors import HubError

Answer = TypeVar("Answer", bound=HttpResponse)


def with_retry_after(answer: Answer, error: HubError | None) -> Answer:
    """Return an answer, with ``Retry-After`` in seconds where waiting helps.

    Args: error, that is answered; None where nothing was refused.
    """
    if error is not None and error.retry_after:
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer
