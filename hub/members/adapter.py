"""How allauth behaves here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class HubAccountAdapter(DefaultAccountAdapter):
    """People apply; nobody signs up by themselves (requirement N1)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep allauth's sign-up closed: the application form is the way in."""
        return False
