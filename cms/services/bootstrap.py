"""Make the pages, groups and workflow that a hub starts with; again and again without harm."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.models import ConferenceIndexPage, HomePage, ProceedingsApproval, StandardPage
from cms.services.rights import NAMES, RAPPORTEURS, SECRETARIAT, follow_roles, follow_secretariat

WORKFLOW = "Proceedings"
DEFAULT_PORTS = {"http": 80, "https": 443}
# What Wagtail's own migrations bring and nobody uses here.
STRAY_GROUPS = ("Moderators", "Editors")
PAGE_RIGHTS = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")
FILE_RIGHTS = {
    "wagtailimages": ("add_image", "change_image", "choose_image"),
    "wagtaildocs": ("add_document", "change_document", "choose_document"),
}


@transaction.atomic
def bootstrap_site() -> HomePage:
    """Make what is missing of the site, and put right what follows settings.

    That is root, home, site, standard pages, index, groups and workflow. ``manage.py up`` and
    ``prepare`` call it at each start, and tests. What editors have written stays.
    """
    with override(settings.LANGUAGE_CODE):
        home = _home(_root())
        _site(home)
        index = _index(home)
        for slug, title, intro in _standard_pages():
            if not home.get_children().filter(slug=slug).exists():
                home.add_child(instance=StandardPage(slug=slug, title=title, intro=intro))
        _groups(home)
        _workflow(index)
    follow_secretariat()
    _rapporteurs()
    return home


def _root() -> Page:
    Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    root = Page.get_first_root_node()
    if root is None:
        root = Page.add_root(
            instance=Page(
                title="Root", slug="root", content_type=ContentType.objects.get_for_model(Page)
            )
        )
    return root


def _home(root: Page) -> HomePage:
    home = HomePage.objects.first()
    if home is not None:
        return home
    intro = _(
        "An expert network that holds discussions on the web, by e-mail and live, and "
        "publishes what it has agreed."
    )
    home = HomePage(title=settings.HUB_NAME, slug="hub", intro=f"<p>{intro}</p>")
    root.add_child(instance=home)
    return home


def _site(home: HomePage) -> None:
    """Serve the home at the hub's address; Wagtail's welcome page goes."""
    public = urlsplit(settings.HUB_URL)
    fields: dict[str, Any] = {
        "hostname": public.hostname or "localhost",
        "port": public.port or DEFAULT_PORTS[public.scheme],
        "root_page_id": home.pk,
        "site_name": settings.HUB_NAME,
        "is_default_site": True,
    }
    site = Site.objects.filter(is_default_site=True).first() or Site()
    before = {name: getattr(site, name) for name in fields}
    if before != fields:
        for name, value in fields.items():
            setattr(site, name, value)
        site.save()
    for stray in Page.objects.filter(
        depth=2, content_type=ContentType.objects.get_for_model(Page), numchild=0
    ):
        stray.delete()


def _index(home: HomePage) -> ConferenceIndexPage:
    index = ConferenceIndexPage.objects.first()
    if index is None:
        index = ConferenceIndexPage(
            title=pgettext("navigation: what was published", "Published"),
            slug="published",
            show_in_menus=True,
        )
        home.add_child(instance=index)
    return index


def _standard_pages() -> list[tuple[str, str, str]]:
    return [
        ("about", _("About the network"), _("Who we are and what we do together.")),
        ("rules", _("Rules of procedure"), _("What everybody who takes part accepts.")),
        (
            "by-mail",
            _("Taking part by e-mail"),
            _("You can read and answer the discussions by e-mail."),
        ),
    ]


def _groups(home: HomePage) -> None:
    """Give the Secretariat the pages and files, and both groups the way into the admin.

    What a rapporteur finds there is given by :mod:`cms.policy`.
    """
    Group.objects.filter(name__in=STRAY_GROUPS, user=None).delete()
    secretariat, rapporteurs = (Group.objects.get_or_create(name=name)[0] for name in NAMES)
    enter_admin = _permission("wagtailadmin", "access_admin")
    for group in (secretariat, rapporteurs):
        group.permissions.add(enter_admin)
    for codename in PAGE_RIGHTS:
        GroupPagePermission.objects.get_or_create(
            group=secretariat, page=home, permission=_permission("wagtailcore", codename)
        )
    collection = Collection.get_first_root_node()
    if collection is None:
        return
    for app, codenames in FILE_RIGHTS.items():
        for codename in codenames:
            GroupCollectionPermission.objects.get_or_create(
                group=secretariat, collection=collection, permission=_permission(app, codename)
            )


def _permission(app: str, codename: str) -> Permission:
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def _workflow(index: ConferenceIndexPage) -> None:
    """Have the Secretariat approve what stands under the index.

    Wagtail's own workflow on the root goes.
    """
    task, is_new = ProceedingsApproval.objects.get_or_create(name=WORKFLOW)
    if is_new:
        task.groups.set([Group.objects.get(name=SECRETARIAT)])
    workflow, _is_new = Workflow.objects.get_or_create(name=WORKFLOW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task)
    WorkflowPage.objects.update_or_create(page=index.page_ptr, defaults={"workflow": workflow})
    WorkflowPage.objects.filter(page__depth=1).delete()


def _rapporteurs() -> None:
    """Take those out of the group who write no proceedings any more."""
    for member in get_user_model().objects.filter(groups__name=RAPPORTEURS):
        follow_roles(member=member)


__all__ = ["RAPPORTEURS", "SECRETARIAT", "WORKFLOW", "bootstrap_site"]
