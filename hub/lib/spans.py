"""How long ago, and how long until: in one unit, and never nothing of it."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from hub.lib.counts import duration

# Shorter than this is no number of minutes.
MINUTE = timedelta(minutes=1)


def format_until(moment: datetime, now: datetime) -> str:
    """Say how long it is until a moment ("3 days"); what is past counts as less than a minute."""
    if moment - now < MINUTE:
        return _("less than a minute")
    return duration(moment - now)


def format_ago(moment: datetime, now: datetime) -> str:
    """Say how long ago a moment was ("3 days ago", "just now")."""
    if now - moment < MINUTE:
        return _("just now")
    return _("%(span)s ago") % {"span": duration(now - moment)}
