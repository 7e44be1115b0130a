"""Notes below a contribution on the parts of its message that are not words.

Such parts are signatures, forwarded messages and invitations. A note is made when the message is
parsed and rendered when it is published, in the language of the discussion.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _

from hub.lib.dates import format_utc
from hub.lib.scripts import isolate


class PartNote(Protocol):
    """A note below the author's words."""

    def render(self) -> str:
        """Return the note in the active language."""
        ...


@dataclass(frozen=True)
class SignedPart:
    """The message was signed; ``how`` is S/MIME or OpenPGP."""

    how: str

    def render(self) -> str:
        """Return the note in the active language."""
        return _("Signed with %(how)s; the hub did not check the signature.") % {"how": self.how}


@dataclass(frozen=True)
class LeftOut:
    """A part that a program has added and nobody can open; the raw message keeps it."""

    name: str

    def render(self) -> str:
        """Return the note in the active language."""
        return _("A part that a mail program added was left out (%s).") % isolate(self.name)


@dataclass(frozen=True)
class Forwarded:
    """A message within the message, kept as the file ``name``; ``author`` is never an address."""

    name: str
    subject: str
    author: str
    sent: datetime | None

    def render(self) -> str:
        """Return the note in the active language."""
        values = {
            "subject": isolate(self.subject or _("(no subject)")),
            "author": isolate(self.author),
            "name": isolate(self.name),
        }
        if self.author and self.sent is not None:
            values["time"] = format_utc(self.sent)
            return (
                _("Forwarded message: “%(subject)s” by %(author)s, %(time)s UTC (%(name)s)")
                % values
            )
        if self.author:
            return _("Forwarded message: “%(subject)s” by %(author)s (%(name)s)") % values
        return _("Forwarded message: “%(subject)s” (%(name)s)") % values
