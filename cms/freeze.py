"""Keep what has a symbol as it is, whatever would change it (decision 0016).

Wagtail publishes, unpublishes, schedules, reverts and moves through ``save()`` of the page,
sometimes of its base class; commands and shells do so too. So the checks are connected to the
signals that every save sends. What goes past them (a statement of SQL) changes the page's row, but
not what is shown: that comes from :class:`cms.models.IssuedText`.
"""

from typing import Any

from django.db.models.signals import pre_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import pre_page_move

from cms.models import ConferenceIndexPage, HomePage, IssuedText, ProceedingsPage
from cms.models.issued import content_of, frozen


def issued_under(page: Page) -> IssuedText | None:
    """Return a document that was issued as a page or below it, None for none. Queries: 1."""
    if not page.path:
        return None
    return IssuedText.objects.filter(page__path__startswith=page.path).first()


def _check_nothing_issued_under(page: Page) -> None:
    text = issued_under(page)
    if text is not None:
        raise frozen(text.symbol)


def _check_page(instance: Page, raw: bool = False, **_: Any) -> None:
    """Refuse to save an issued page with anything changed.

    Raises: NotNow.
    """
    if raw or instance.pk is None:
        return
    text = IssuedText.objects.filter(page_id=instance.pk).first()
    if text is None:
        _check_symbol(instance)
    elif not _is_as_issued(instance, text):
        raise frozen(text.symbol)


def _is_as_issued(page: Page, text: IssuedText) -> bool:
    """Whether a page is live for good, and says what was issued."""
    if not page.live:
        return False
    if page.expire_at or page.go_live_at:
        return False
    content = {"title": page.title, "slug": page.slug}
    if isinstance(page, ProceedingsPage):
        content |= content_of(page)
    return all(text.content[name] == value for name, value in content.items())


def _check_symbol(instance: Page) -> None:
    """Refuse a symbol that the hub did not give at the moment of issue, which makes a page live."""
    if instance.live or not isinstance(instance, ProceedingsPage):
        return
    if instance.symbol:
        raise frozen(instance.symbol)


def _check_address(instance: Page, raw: bool = False, **_: Any) -> None:
    """Refuse another address for a page above what was issued.

    Raises: NotNow.
    """
    if raw or instance.pk is None:
        return
    before = Page.objects.filter(pk=instance.pk).values_list("slug", flat=True).first()
    if before != instance.slug:
        _check_nothing_issued_under(instance)


def _check_move(instance: Page, url_path_before: str, url_path_after: str, **_: Any) -> None:
    """Refuse to move what was issued, or what stands above it.

    Another place among its neighbours is no move.

    Raises: NotNow.
    """
    if url_path_before != url_path_after:
        _check_nothing_issued_under(instance)


def _check_restriction(instance: PageViewRestriction, raw: bool = False, **_: Any) -> None:
    """Refuse to close what was issued, or a page above it: that would unpublish it.

    Raises: NotNow.
    """
    if not raw:
        _check_nothing_issued_under(instance.page)


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
