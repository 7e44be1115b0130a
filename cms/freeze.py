"""Keep what has a symbol as it is, by whichever way Wagtail, a command or a shell would change it
(decision 0016).

Wagtail publishes, unpublishes, schedules, reverts and moves through ``save()`` of the page,
sometimes of its base class; so the checks are connected to the signals that every save sends. What
goes past them (a statement of SQL) changes the page's row, but not what is shown: that comes from
:class:`cms.models.IssuedText`.
"""

from typing import Any

from django.db.models.signals import pre_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import pre_page_move

from cms.models import ConferenceIndexPage, HomePage, IssuedText, ProceedingsPage
from cms.models.issued import content_of, frozen


def issued_under(page: Page) -> IssuedText | None:
    """Return a document that was issued as a page or below it, None for none. Queries: 1."""
    return (
        IssuedText.objects.filter(page__path__startswith=page.path).first() if page.path else None
    )


def _check_page(instance: Page, raw: bool = False, **_: Any) -> None:
    """Refuse to save an issued page with anything changed.

    Raises: NotNow.
    """
    if raw or not instance.pk:
        return
    text = IssuedText.objects.filter(page_id=instance.pk).first()
    if text is None:
        _check_symbol(instance)
        return
    content = content_of(instance) if isinstance(instance, ProceedingsPage) else {}
    content |= {"title": instance.title, "slug": instance.slug}
    is_same = all(text.content[name] == value for name, value in content.items())
    if not is_same or not instance.live or instance.expire_at or instance.go_live_at:
        raise frozen(text.symbol)


def _check_symbol(instance: Page) -> None:
    """Refuse a symbol that was not given by the hub
    at the moment of issue, which makes the page live.
    """
    if isinstance(instance, ProceedingsPage) and instance.symbol and not instance.live:
        raise frozen(instance.symbol)


def _check_address(instance: Page, raw: bool = False, **_: Any) -> None:
    """Refuse another address for a page above what was issued.

    Raises: NotNow.
    """
    if raw or not instance.pk:
        return
    before = Page.objects.filter(pk=instance.pk).values_list("slug", flat=True).first()
    text = issued_under(instance) if before != instance.slug else None
    if text is not None:
        raise frozen(text.symbol)


def _check_move(instance: Page, url_path_before: str, url_path_after: str, **_: Any) -> None:
    """Refuse to move what was issued, or what stands above it; another place among its neighbours
    is no move.

    Raises: NotNow.
    """
    text = issued_under(instance) if url_path_before != url_path_after else None
    if text is not None:
        raise frozen(text.symbol)


def _check_restriction(instance: PageViewRestriction, raw: bool = False, **_: Any) -> None:
    """Refuse to close what was issued, itself or from above: that would unpublish it by another
    name.

    Raises: NotNow.
    """
    text = None if raw else issued_under(instance.page)
    if text is not None:
        raise frozen(text.symbol)


def listen() -> None:
    """Connect the checks to the signals."""
    for model in (Page, ProceedingsPage):
        pre_save.connect(_check_page, sender=model, dispatch_uid=f"cms.freeze.{model.__name__}")
    for above in (Page, ConferenceIndexPage, HomePage):
        pre_save.connect(
            _check_address, sender=above, dispatch_uid=f"cms.freeze.address.{above.__name__}"
        )
    pre_save.connect(
        _check_restriction, sender=PageViewRestriction, dispatch_uid="cms.freeze.restriction"
    )
    pre_page_move.connect(_check_move, dispatch_uid="cms.freeze.move")
