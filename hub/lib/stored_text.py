"""Clean the texts of a row before it is saved, by whichever form, command or shell they came in.

Names, titles, themes and summaries reach feeds, prints and mail headers; there is no form through
which all of them come, but there is one way into the database. What goes past it (``bulk_create``,
``update``) cleans by itself, as :func:`forums.services.publish` does.
"""

from typing import Any

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


def clean_texts(instance: models.Model, raw: bool = False, **_options: Any) -> None:
    """Take out of every text of a row what no format carries.

    Rows of a fixture stay as they are.
    """
    if raw:
        return
    if instance._meta.app_label not in _APPS:
        return
    for field in instance._meta.concrete_fields:
        if not isinstance(field, models.CharField | models.TextField):
            continue
        text = instance.__dict__.get(field.attname)
        if isinstance(text, str) and UNWANTED.search(text):
            line_break = " " if isinstance(field, models.CharField) else "\n"
            setattr(instance, field.attname, without_controls(text, line_break=line_break))


def listen() -> None:
    """Connect it to every save."""
    pre_save.connect(clean_texts, dispatch_uid="hub.lib.stored_text")
