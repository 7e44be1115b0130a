"""Errors of the discussions, and how a verdict becomes one: one table for all channels.

::

    hub.lib.errors.Conflict
    └── KeyTaken             key-taken       409   450 4.3.0    the key brought other words before
    hub.lib.errors.NotAllowed
    └── OwnedElsewhere       owned           403   550 5.7.1    it is changed on its owner's pages
"""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from hub.lib.errors import (
    Conflict,
    HubError,
    NotAllowed,
    NotFound,
    NotNow,
    Refused,
    TooLarge,
    TooMany,
)
from hub.lib.verdicts import Verdict

if TYPE_CHECKING:
    from forums.models import Contribution

_NOT_NOW = {"not-open-yet", "closed", "locked", "slow"}
_SMTP = {
    "slow": "550 5.7.1",
    "empty": "550 5.6.0",
    "not-open-yet": "550 5.7.1",
    "closed": "550 5.7.1",
}


class OwnedElsewhere(NotAllowed):
    """A discussion is a conference's or a group's, and is changed there."""

    code = "owned"


class KeyTaken(Conflict):
    """A form, frame or mail came a second time with other words: none of them may be lost.

    Args:
        contribution: what the first one made; its author is the one who sends again.
        has_same_text: the text is the same; what it answers, its subject or its files are others.
    """

    code = "key-taken"

    def __init__(self, contribution: "Contribution", *, has_same_text: bool = False) -> None:
        self.contribution, self.has_same_text = contribution, has_same_text
        if has_same_text:
            sentence = _(
                "You have already sent this text as number %(number)d, in another place or with "
                "another subject or other files. It is kept in the box and has not been sent "
                "again: send it again if you want to add it."
            )
        else:
            sentence = _(
                "You have already sent a different text, as number %(number)d. Your new text is "
                "still in the box and has not been sent: send it again if you want to add it."
            )
        super().__init__(sentence % {"number": contribution.number})


def refusal(verdict: Verdict) -> HubError:
    """Return the error that says a verdict of reject to its sender."""
    if verdict.code == "hidden":
        return NotFound(verdict.reason)
    if verdict.code == "too-large":
        return TooLarge(verdict.reason, code=verdict.code)
    if verdict.code == "not-entitled":
        return NotAllowed(verdict.reason, code=verdict.code)
    if verdict.code == "rate":
        return TooMany(verdict.reason, seconds=verdict.retry_after)
    error: HubError = Refused(verdict.reason, code=verdict.code)
    if verdict.code in _NOT_NOW:
        error = NotNow(verdict.reason, code=verdict.code)
    error.smtp_reply = _SMTP.get(verdict.code, error.smtp_reply)
    return error
