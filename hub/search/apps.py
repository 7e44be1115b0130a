"""App of the search."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """One index over all rooms."""

    name = "hub.search"
    label = "hubsearch"
    default_auto_field = "django.db.models.BigAutoField"
