"""Forms of the published pages and of the rapporteurs' desk."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _


class PublishedFilter(forms.Form):
    """By year and language; what cannot be read filters nothing."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    language = forms.ChoiceField(label=_("Language"), required=False, choices=[("", _("all")), *settings.LANGUAGES])

    def __init__(self, data: QueryDict | None = None, *, years: list[int]) -> None:
        super().__init__(data)
        year = self.fields["year"]
        assert isinstance(year, forms.TypedChoiceField)
        year.choices = [("", _("all")), *((number, str(number)) for number in years)]

    @property
    def asked(self) -> dict[str, Any]:
        """The filter as arguments of :func:`cms.selectors.published`."""
        self.is_valid()
        return {"year": self.cleaned_data.get("year"), "language": self.cleaned_data.get("language") or ""}


class SendBackForm(forms.Form):
    """What the rapporteur should change."""

    comment = forms.CharField(
        label=_("What should be changed?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what should be changed, so that the rapporteur knows.")},
    )
