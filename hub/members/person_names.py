"""The name of a person as it is compared: folded, words with one blank between them."""

from typing import Any

from django.db import models

from hub.search.folding import words

# Characters that are compared.
LENGTH = 150


def folded_name(name: str) -> str:
    """Return a name without letter case, accents and punctuation, in any script."""
    return " ".join(words(name))[:LENGTH]


class FoldedNameField(models.CharField):
    """The folded copy of a person's name, made when the row is written; nobody sets it."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Return what is stored: of a person who has left for good, nothing."""
        folded = folded_name(str(model_instance.__dict__.get("name") or ""))
        setattr(model_instance, self.attname, folded)
        return folded

    def deconstruct(self) -> Any:
        """Be a text to migrations: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
