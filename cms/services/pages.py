"""Write pages from Markdown, as demo and provisioning do; editors use Wagtail's admin."""

import re

from django.db import transaction

from cms.models import HomePage, StandardPage
from hub.lib.errors import NotFound
from hub.lib.markup import render, renders

_own_direction = re.compile(r' dir="auto"')


def rich_text(markdown: str) -> str:
    """Return Markdown as rich text of Wagtail's editor: headings from h2, no attributes of ours."""
    html = _own_direction.sub("", render(markdown))
    return (
        html.replace("h3>", "h2>")
        .replace("h4>", "h2>")
        .replace("h5>", "h3>")
        .replace(' rel="nofollow ugc noopener"', "")
    )


@renders("intro", stored_as=str)
@transaction.atomic
def write_home(*, intro: str) -> HomePage:
    """Set the paragraph that says what the network is, in Markdown.

    Raises: NotFound before :func:`bootstrap_site`.
    """
    home = _home()
    home.intro = rich_text(intro)
    home.save_revision().publish()
    return home


@renders("body", stored_as=str)
@transaction.atomic
def write_page(*, slug: str, title: str, body: str, intro: str = "") -> StandardPage:
    """Write a page of text under the home, and make it when there is none with this slug.

    Args: body, in Markdown.

    Raises: NotFound before :func:`bootstrap_site`.
    """
    home = _home()
    page = StandardPage.objects.child_of(home).filter(slug=slug).first()
    if page is None:
        page = home.add_child(instance=StandardPage(slug=slug, title=title, live=False))
    page.title, page.intro, page.body = title, intro, rich_text(body)
    page.save_revision().publish()
    return page


def _home() -> HomePage:
    home = HomePage.objects.first()
    if home is None:
        raise NotFound
    return home
