"""What can be wrong with a link that the hub has mailed.

::

    NotFound
    └── LinkBroken     link-broken    404   not a link of ours, or half of one
    Invalid
    └── LinkExpired    link-expired   410   genuine, but too old
"""

from django.utils.translation import gettext_lazy as _

from hub.lib.errors import Invalid, NotFound


class LinkBroken(NotFound):
    """The link is not one of ours, or a mail program has cut it."""

    code = "link-broken"
    message = _(
        "This link is not complete. Copy the whole link from our message into your browser."
    )


class LinkExpired(Invalid):
    """The link is genuine, but too old."""

    code = "link-expired"
    http_status = 410
    message = _("This link is too old. Ask for a new one.")
