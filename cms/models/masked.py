"""Search what editors paste into Wagtail's admin for secrets, as every other text (record 0020)."""

from typing import Any

from django.db import models

from hub.lib.masking import mask


class MaskedPage:
    """For pages: no text, draft or published, is saved with a secret of the hub in it."""

    _meta: Any

    def clean(self) -> None:
        """Mask the texts that editors write.

        What is issued was masked as a draft and never changes.
        """
        super().clean()  # type: ignore[misc]
        if getattr(self, "symbol", None):
            return
        for field in self._meta.concrete_fields:
            if not field.editable or not isinstance(field, models.TextField | models.CharField):
                continue
            text = getattr(self, field.attname)
            if isinstance(text, str):
                setattr(self, field.attname, mask(text))
