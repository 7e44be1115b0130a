"""What the room refuses, each with its stable code; the sentence says what to do next.

Codes: ``session-not-open``, ``session-closed``, ``session-over``, ``another-open``,
``session-open``, ``conference-over``, ``no-agenda``, ``no-floor``, ``floor-taken``,
``not-waiting``. All are :class:`hub.lib.errors.NotNow` (409), so nothing that was typed is lost.
"""

from django.utils.translation import gettext as _

from hub.lib.errors import NotNow
from hub.lib.scripts import isolate


def not_open() -> NotNow:
    """The conference_session has not been opened yet."""
    return NotNow(
        _(
            "This session is not open yet. Your text is kept here; send it once the chair has "
            "opened."
        ),
        code="session-not-open",
    )


def closed() -> NotNow:
    """The gavel has fallen."""
    return NotNow(
        _(
            "This session is closed. Your text is kept here; you can write it in the discussion of "
            "the item instead."
        ),
        code="session-closed",
    )


def over() -> NotNow:
    """The planned end is past."""
    return NotNow(
        _("The planned end of this session is past. Set a later end first."), code="session-over"
    )


def already_opened() -> NotNow:
    """It can be opened once."""
    return NotNow(_("This session has already been opened."), code="session-opened")


def another_open() -> NotNow:
    """One conference_session of a conference at a time."""
    return NotNow(
        _("Another session of this conference is open. Close it first."), code="another-open"
    )


def open_still(title: str) -> NotNow:
    """A conference does not end while it sits."""
    return NotNow(
        _("The session “%s” is open. Close it first.") % isolate(title), code="session-open"
    )


def no_agenda() -> NotNow:
    """There is nothing to discuss."""
    return NotNow(_("This session has no agenda yet. Add an item first."), code="no-agenda")


def no_floor() -> NotNow:
    """It is not the member's turn."""
    return NotNow(
        _(
            "You do not have the floor. Your text is kept here; ask for the floor, or "
            "send it to the list by e-mail."
        ),
        code="no-floor",
    )


def floor_taken(name: str) -> NotNow:
    """Somebody is speaking."""
    return NotNow(
        _("%s has the floor. End this turn before you give the floor to somebody else.")
        % isolate(name),
        code="floor-taken",
    )


def not_waiting() -> NotNow:
    """The request was answered or withdrawn meanwhile."""
    return NotNow(_("This request is no longer on the list."), code="not-waiting")
