"""What the live door does with a contribution."""

from forums.outlets import Outlet


class LiveOutlet(Outlet):
    """Record contributions in the log of an open conference_session and push prompts to the rooms."""
