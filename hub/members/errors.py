"""What can be wrong with a link that the hub has mailed, and with a secret that is tried.

::

    NotFound
    └── LinkBroken     link-broken    404   not a link of ours, or half of one
    Invalid
    └── LinkExpired    link-expired   410   genuine, but too old
    HubError
    └── TooManyAttempts too-many-attempts 429 a secret was tried too often
"""

from django.utils.translation import gettext_lazy as _

from hub.lib.errors import HubError, Invalid, NotFound


class LinkBroken(NotFound):
    """The link is not one of ours, or a mail program has cut it."""

    code = "link-broken"
    message = _("This link is not complete. Copy all of it from the mail into your browser.")


class LinkExpired(Invalid):
    """The link is genuine, but too old."""

    code = "link-expired"
    http_status = 410
    message = _("This link is too old. Ask for a new one.")


class TooManyAttempts(HubError):
    """A secret was tried too often."""

    code = "too-many-attempts"
    http_status = 429
    message = _("That was wrong too often. Wait five minutes, then try again.")
