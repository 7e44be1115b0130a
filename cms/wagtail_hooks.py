"""What Wagtail's admin shows: less to a rapporteur, and nothing that they may not open."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail.permissions import policy_registry

from cms.rules import is_secretariat
from hub.members.requests import member_of


@hooks.register("construct_page_chooser_queryset")
def only_what_the_member_may_explore(pages: QuerySet[Page], request: HttpRequest) -> QuerySet[Page]:
    """Keep drafts of others out of the page chooser, which lists everything by itself."""
    explorable = policy_registry.get_by_type(Page).explorable_instances(request.user)
    return pages.filter(pk__in=explorable.values("pk"))


@hooks.register("construct_main_menu")
def nothing_but_the_desk_for_rapporteurs(request: HttpRequest, menu_items: list[Any]) -> None:
    """Leave a rapporteur the way back to the desk."""
    if not is_secretariat(member_of(request)):
        menu_items[:] = [item for item in menu_items if item.name == "desk"]


@hooks.register("register_admin_menu_item")
def desk() -> MenuItem:
    """Lead from the admin to the desk."""
    return MenuItem(
        _("Proceedings desk"), reverse("cms:desk"), name="desk", icon_name="doc-full", order=50
    )
