"""Clean the texts of a row before it is saved, by whichever form, command or shell they came in.

Names, titles, themes and summaries reach feeds, prints and mail headers; there is no form through
which all of them come, but there is one way into the database. What goes past it (``bulk_create``,
``update``) cleans by itself, as :func:`forums.services.publish` does.
"""

from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.signals import pre_save

from hub.lib.characters import UNWANTED, without_controls

# Apps whose texts people write and read; raw mail and queues keep their bytes.
_APPS = frozenset(
    {
        "cms",
        "conferences",
        "forum",
        "forum_conversation",
        "forums",
        "liaison",
        "members",
        "wagtailcore",
    }
)


@cache
def _line_breaks(model: type[models.Model]) -> dict[str, str]:
    """Return the texts of a model: attribute -> what stands for a line end that nobody prints."""
    if model._meta.app_label not in _APPS:
        return {}
    line_breaks = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.CharField):
            line_breaks[field.attname] = " "
        elif isinstance(field, models.TextField):
            line_breaks[field.attname] = "\n"
    return line_breaks


def clean_texts(instance: models.Model, raw: bool = False, **_options: Any) -> None:
    """Take out of every text of a row what no format carries.

    Rows of a fixture stay as they are.
    """
    if raw:
        return
    for name, line_break in _line_breaks(type(instance)).items():
        text = instance.__dict__.get(name)
        if isinstance(text, str) and UNWANTED.search(text):
            setattr(instance, name, without_controls(text, line_break=line_break))


def listen() -> None:
    """Connect it to every save of a model that has such texts."""
    for model in apps.get_models():
        if _line_breaks(model):
            uid = f"hub.lib.stored_text.{model._meta.label}"
            pre_save.connect(clean_texts, sender=model, dispatch_uid=uid)
