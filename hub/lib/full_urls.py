"""Addresses for mail and feeds, which are read outside of the site."""

from django.conf import settings
from django.urls import reverse


def full_url(view: str, *args: object) -> str:
    """Return the whole address of a view, with scheme and host (``HUB_URL``)."""
    return f"{settings.HUB_URL}{reverse(view, args=args)}"
