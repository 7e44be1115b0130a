"""Define the tree of errors, which each gateway maps once.

::

    HubError                     code            http  smtp
    ├── Invalid                  invalid         422   550 5.6.0    what was sent cannot be used
    │   └── TooLarge             too-large       413   552 5.3.4    over a limit in bytes
    ├── NotAllowed               not-allowed     403   550 5.7.1    the person may not do this
    ├── NotFound                 not-found       404   550 5.1.1    no such thing, or it is hidden
    ├── Refused                  (verdict code)  422   550 5.7.1    a rule rejected a contribution
    │   └── NotNow               (verdict code)  409   550 5.7.1    closed, not open, not your turn
    ├── TooMany                  rate            429   451 4.7.1    done too often; again later
    ├── Conflict                 conflict        409   450 4.3.0    somebody was faster; look again
    │   └── Stale                stale           409   450 4.3.0    decided on words that changed
    └── Unavailable              unavailable     503   451 4.3.0    a part of the hub is down

A message is one plain, translated sentence that says what happened and what to do. The code is
stable: tests, frames and mails name it, and ``hub/docs/errors.md`` lists every one.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.lib.differences import Piece, change_lines, changes


class HubError(Exception):
    """The root: a stable code, a sentence for the person, and what web and mail answer."""

    code = "error"
    http_status = 400
    smtp_reply = "550 5.0.0"
    message: str | Promise = _("Something went wrong.")
    # Seconds after which the same may work, 0 where waiting does not help.
    retry_after = 0

    def __init__(self, message: str | Promise | None = None, *, code: str | None = None) -> None:
        self.message = message or self.message
        self.code = code or self.code
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class Invalid(HubError):
    """What was sent cannot be used as it is."""

    code = "invalid"
    http_status = 422
    smtp_reply = "550 5.6.0"


class TooLarge(Invalid):
    """What was sent is over a limit in bytes."""

    code = "too-large"
    http_status = 413
    smtp_reply = "552 5.3.4"


class NotAllowed(HubError):
    """The person may not do this."""

    code = "not-allowed"
    http_status = 403
    smtp_reply = "550 5.7.1"
    message = _("You are not allowed to do this.")


class NotFound(HubError):
    """There is no such thing, or the person may not know that there is: both answer alike."""

    code = "not-found"
    http_status = 404
    smtp_reply = "550 5.1.1"
    message = _("There is nothing here, or it is not open to you.")


class Refused(HubError):
    """A rule rejected a contribution; ``code`` is the rule's."""

    http_status = 422
    smtp_reply = "550 5.7.1"


class NotNow(Refused):
    """The thing exists and the person may use it, but not at this time or not out of turn."""

    http_status = 409


class TooMany(HubError):
    """It was done too often; waiting helps."""

    code = "rate"
    http_status = 429
    smtp_reply = "451 4.7.1"
    message = _("You have done this too often. Wait a little, then try again.")

    def __init__(self, message: str | Promise | None = None, *, seconds: int = 60) -> None:
        super().__init__(message)
        self.retry_after = max(0, seconds)


class Conflict(HubError):
    """Somebody was faster; look again before you act."""

    code = "conflict"
    http_status = 409
    smtp_reply = "450 4.3.0"


class Stale(Conflict):
    """A decision names a revision that is not the present one: nothing was done.

    The error shows what changed.

    Args:
        before, after: the words its actor saw, and those of now; ``before`` is empty when they
            named no revision.
        revision: the number of the present revision, with which the decision can be made again;
            None without one.
    """

    code = "stale"
    message = _(
        "This has changed since you saw it. Nothing was done. Check what changed, then "
        "decide again."
    )

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        before: str = "",
        after: str = "",
        revision: int | None = None,
    ) -> None:
        super().__init__(message)
        self.before, self.after, self.revision = before, after, revision

    @property
    def pieces(self) -> list[Piece]:
        """What changed, for a page (``components/differences.html``)."""
        return changes(self.before, self.after)

    @property
    def lines(self) -> list[str]:
        """What changed, for a mail."""
        return change_lines(self.before, self.after)


class Unavailable(HubError):
    """A part of the hub is down; the same request may work later."""

    code = "unavailable"
    http_status = 503
    smtp_reply = "451 4.3.0"
    retry_after = 60
