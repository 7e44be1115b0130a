"""What editors paste into Wagtail's admin passes the same
search for secrets as every other text (record 0020).
"""

from typing import Any

from django.db import models

from hub.lib.masking import mask


class MaskedPage:
    """For pages: no text is saved with a secret of the
    hub in it, neither a draft nor what is published.
    """

    _meta: Any

    def clean(self) -> None:
        """Mask the texts that editors write; what is
        issued was masked as a draft and never changes.
        """
        super().clean()  # type: ignore[misc]
        if getattr(self, "symbol", None):
            return
        for field in self._meta.concrete_fields:
            text = getattr(self, field.attname)
            if (
                field.editable
                and isinstance(field, models.TextField | models.CharField)
                and isinstance(text, str)
            ):
                setattr(self, field.attname, mask(text))
