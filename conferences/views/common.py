"""What every view of the room needs."""

from django.urls import reverse


def room_url(pk: int) -> str:
    """Return the address of a live room."""
    return reverse("conferences:room", args=(pk,))
