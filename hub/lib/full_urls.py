"""Addresses that Django's ``reverse`` alone does not give: whole ones, and those of sockets."""

from django.conf import settings
from django.urls import reverse


def full_url(view: str, *args: object, **kwargs: object) -> str:
    """Return the whole address of a view, with scheme and host (``HUB_URL``)."""
    return f"{settings.HUB_URL}{reverse(view, args=args, kwargs=kwargs)}"


def socket_url(name: str, *args: object) -> str:
    """Return the path of a socket by its name in ``HUB_SOCKET_URLS``."""
    return reverse(name, urlconf=settings.HUB_SOCKET_URLS, args=args)
