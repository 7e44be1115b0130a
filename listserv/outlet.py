"""What the mail door does with a contribution."""

from forums.outlets import Outlet


class ListOutlet(Outlet):
    """Follow forums with lists, memberships with subscriptions, contributions with mailings."""
