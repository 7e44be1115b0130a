"""Forms of the published pages and of the rapporteurs' desk."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Revision

from cms.rules import NOTE_LENGTH
from hub.lib.numbers import check_year
from hub.lib.scripts import isolate


class PublishedFilter(forms.Form):
    """By year and language; what cannot be read filters nothing."""

    year = forms.TypedChoiceField(
        label=pgettext_lazy("label", "Year"), required=False, coerce=int, empty_value=None
    )
    language = forms.ChoiceField(
        label=pgettext_lazy("label", "Language"),
        required=False,
        choices=[("", _("all languages")), *settings.LANGUAGES],
    )

    def __init__(self, data: QueryDict | None = None, *, years: list[int]) -> None:
        super().__init__(data)
        year = self.fields["year"]
        assert isinstance(year, forms.TypedChoiceField)
        year.choices = [("", _("all years")), *((number, str(number)) for number in years)]

    @property
    def asked(self) -> dict[str, Any]:
        """The filter as arguments of :func:`cms.selectors.published`."""
        self.is_valid()
        return {
            "year": self.cleaned_data.get("year"),
            "language": self.cleaned_data.get("language") or "",
        }


class SendBackForm(forms.Form):
    """What the rapporteur should change."""

    comment = forms.CharField(
        label=_("What should be changed?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what should be changed, so that the rapporteur knows.")},
    )


class NoteForm(forms.Form):
    """A dated note of correction."""

    dated = forms.DateField(
        label=_("Date of the note"),
        validators=[check_year],
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    text = forms.CharField(
        label=_("What is to be corrected, and how it should read"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class WithdrawForm(forms.Form):
    """Why something is withdrawn."""

    reason = forms.CharField(
        label=_("Why are these proceedings withdrawn?"),
        help_text=_(
            "Everybody who opens the document will see your reason, your name and the date in its "
            "place."
        ),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )


class EndNoteForm(forms.Form):
    """Why a note no longer holds."""

    reason = forms.CharField(
        label=_("Your reason for ending it"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class PageForm(WagtailAdminPageForm):
    """Wagtail's form of a page, which does not save over a version that its writer has not seen."""

    def clean(self) -> dict[str, Any]:
        """Refuse once when somebody has saved meanwhile.

        What was typed stays, and is saved the next time.
        """
        cleaned: dict[str, Any] = super().clean()
        unseen = self._unseen_revision()
        if unseen is None:
            return cleaned
        sentence = _(
            "%(person)s saved another version after you opened this one, so yours is not saved "
            "yet. Compare both in the history; save again to replace the other version with "
            "yours."
        )
        person = (
            unseen.user.get_full_name()
            if unseen.user
            else pgettext_lazy("in place of an unknown name", "Somebody")
        )
        raise forms.ValidationError(sentence, code="stale", params={"person": isolate(str(person))})

    def _unseen_revision(self) -> Revision | None:
        """Return the latest revision when it is another one than the writer has seen."""
        seen = self.data.get("overwrite_revision_id") or self.data.get("loaded_revision_id")
        if not seen or self.instance.pk is None:
            return None
        latest: Revision | None = self.instance.get_latest_revision()
        if latest is None or str(latest.pk) == seen:
            return None
        return latest
