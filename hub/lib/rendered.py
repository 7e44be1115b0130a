"""Rendered HTML that is stored beside its Markdown, so that no reader waits for the renderer.

What is stored says of which words and by which version of the renderer it is. Whoever changes the
words and forgets the HTML, or changes the renderer, makes readers wait; nobody is shown what the
words do not say.
"""

from hashlib import blake2b
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from hub.lib.errors import TooLarge
from hub.lib.markup import VERSION, render


def rendered(text: str) -> str:
    """Return what is stored of a text: a line that names renderer and words, then the HTML."""
    return f"{_mark(text)}\n{render(text)}" if text else ""


def shown(text: str, stored: str) -> SafeString:
    """Return the HTML of a text, rendered now where what is stored is of other words."""
    if not text:
        return mark_safe("")
    mark, _end, html = stored.partition("\n")
    # Render has made it.
    return mark_safe(html) if mark == _mark(text) else render(text)  # noqa: S308


def check_length(text: str) -> None:
    """Refuse a text that is longer than any may be. Raises: TooLarge."""
    if len(text.encode("utf-8", "replace")) > settings.HUB_TEXT_MAX_SIZE:
        raise TooLarge(
            _("Your text is over %d kB. Shorten it.") % (settings.HUB_TEXT_MAX_SIZE // 1000)
        )


def _mark(text: str) -> str:
    return f"{VERSION} {blake2b(text.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"


class RenderedField(models.TextField):
    """The stored HTML of a Markdown field of the same model, written with it."""

    def __init__(self, *args: Any, source: str = "", **options: Any) -> None:
        self.source = source
        super().__init__(*args, **{"blank": True, "default": "", "editable": False, **options})

    def deconstruct(self) -> Any:
        """Return the field for migrations, to which it is a column of text like any other."""
        name, _path, args, options = super().deconstruct()
        return name, "django.db.models.TextField", args, options

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Render the words that are about to be saved."""
        value = rendered(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value


def render_again(model: type[models.Model], *, limit: int) -> int:
    """Render what another version of the renderer has stored, row by row.

    No transaction is open meanwhile.

    Returns: how many rows there were, at most ``limit``. Queries: 1 for each field, and 1 for each
    row.
    """
    done = 0
    for field in model._meta.get_fields():
        if not isinstance(field, RenderedField):
            continue
        stale = model._default_manager.exclude(**{f"{field.name}__startswith": f"{VERSION} "})
        rows = stale.exclude(**{field.source: ""}).order_by("pk").values_list("pk", field.source)
        for pk, text in rows[: limit - done]:
            unchanged = model._default_manager.filter(pk=pk, **{field.source: text})
            unchanged.update(**{field.name: rendered(text)})
            done += 1
    return done
