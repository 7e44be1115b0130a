"""Forms that open a discussion and change it."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forums.models import ForumPolicy
from forums.setting_texts import OF_LEADERS, SETTINGS, label_of, text_of, texts_of, value_in
from hub.lib.errors import Conflict, Invalid
from hub.lib.fingerprints import SeenForm
from hub.lib.forms import set_value
from hub.lib.moments import OFFSET, SHOWN, MomentField, MomentText
from hub.members.pickers import AddressesField

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

# Characters of the longer texts, which a page and its comparison still carry with ease.
MAX_TEXT, MAX_LINES = 20_000, 4_000
MOST_PARTICIPANTS = 1_000_000
_P, _R = ForumPolicy.Preset, ForumPolicy.Registration
_MARKDOWN = _("*emphasis*, **strong**, lists, links.")
_PRESETS: dict[str, Promise] = {
    _P.CLOSED: _("Only those who take part can read and write. Others do not see it."),
    _P.MEMBERS: _("Every member of the network can read and write."),
    _P.ANNOUNCE: _("Every member of the network can read; only the moderators write."),
    _P.READABLE: _("Everybody on the web can read; only those who take part write."),
    _P.PUBLIC: _("Everybody on the web can read; every member of the network can write."),
}
_REGISTRATIONS: dict[str, Promise] = {
    _R.OPEN: _("Members join by themselves."),
    _R.APPROVAL: _("Members ask to take part, and the moderators decide about each."),
    _R.NOMINATION: _("A government or organisation nominates those who take part."),
    _R.INVITATION: _("Only those take part whom the moderators or the Secretariat invite."),
}


def _explained(
    labels: Iterable[tuple[str, Any]], sentences: Mapping[str, Promise]
) -> list[tuple[str, SafeString]]:
    """Return choices with the sentence that says what each means, in the order of these."""
    names = dict(labels)
    return [
        (value, format_html("<span><b>{}</b><br>{}</span>", capfirst(str(names[value])), sentence))
        for value, sentence in sentences.items()
    ]


def _presets() -> list[tuple[str, SafeString]]:
    return _explained(_P.choices, _PRESETS)


def _registrations() -> list[tuple[str, SafeString]]:
    return _explained(_R.choices, _REGISTRATIONS)


def _attributions() -> list[tuple[str, SafeString]]:
    labels = ForumPolicy.Attribution.choices
    return [
        (value, format_html("<span>{}</span>", capfirst(str(label)))) for value, label in labels
    ]


def _label(setting: str) -> Any:
    return capfirst(cast("StrPromise", label_of(setting)))


def _lines(setting: str, *, rows: int) -> forms.CharField:
    return forms.CharField(
        label=_label(setting),
        required=False,
        max_length=MAX_LINES,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=_("One per line."),
    )


def _markdown(setting: str, *, rows: int) -> forms.CharField:
    return forms.CharField(
        label=_label(setting),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=_MARKDOWN,
    )


class _DiscussionForm(forms.Form):
    """What is set of a discussion, whether it is new or not."""

    name = forms.CharField(label=_label("name"), max_length=100)
    theme = _markdown("theme", rows=4)
    background = _markdown("background", rows=8)
    questions = _lines("questions", rows=4)
    opens_at = MomentField(label=_label("opens_at"), required=False)
    closes_at = MomentField(label=_label("closes_at"), required=False)
    language = forms.ChoiceField(label=_label("language"), choices=settings.LANGUAGES)
    preset = forms.ChoiceField(
        label=_("Who can read and write"), widget=forms.RadioSelect, choices=_presets
    )
    listed = forms.BooleanField(label=_label("listed"), required=False)
    moderated = forms.BooleanField(
        label=_("The moderators read every contribution before it appears"), required=False
    )
    attribution = forms.ChoiceField(
        label=_label("attribution"),
        widget=forms.RadioSelect,
        choices=_attributions,
        help_text=_("This is shown on the page of the discussion."),
    )
    registration = forms.ChoiceField(
        label=_label("registration"), widget=forms.RadioSelect, choices=_registrations
    )
    registration_closes_at = MomentField(label=_label("registration_closes_at"), required=False)
    minimum_participants = forms.IntegerField(
        label=_label("minimum_participants"),
        required=False,
        min_value=0,
        max_value=MOST_PARTICIPANTS,
        help_text=_("The discussion begins with fewer only if the Secretariat decides so."),
    )
    sponsors = _lines("sponsors", rows=3)

    def clean_minimum_participants(self) -> int:
        """Return a number; nothing means any number of participants."""
        return self.cleaned_data["minimum_participants"] or 0

    @property
    def values(self) -> dict[str, Any]:
        """The settings of the form, once it is valid."""
        return {name: self.cleaned_data[name] for name in SETTINGS if name in self.fields}


class OpenDiscussionForm(_DiscussionForm):
    """A new discussion with its list and those who lead it."""

    slug = forms.CharField(
        label=_("Address of its mailing list"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "ltr", "autocapitalize": "none"}),
    )
    leaders = AddressesField(
        label=pgettext_lazy("label: who moderates a discussion", "Moderators"),
        rows=1,
        required=False,
        help_text=_(
            "E-mail addresses of members, with commas between them. Without any, the Secretariat "
            "moderates."
        ),
    )
    proposal = forms.IntegerField(widget=forms.HiddenInput(), required=False, min_value=1)
    field_order = ("name", "slug", "theme", "background", "questions", "leaders")

    def __init__(self, data: QueryDict | None = None, *, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial={"preset": _P.CLOSED, **_DEFAULTS, **initial})
        self.fields["slug"].help_text = format_lazy(
            _(
                "What stands before @{domain}: small Latin letters, digits and hyphens. If you "
                "leave it empty, it is made from the name. It cannot be changed later."
            ),
            domain=settings.HUB_MAIL_DOMAIN,
        )

    def offer_slug(self, proposed: str, error: Invalid | Conflict) -> None:
        """Say what is wrong with the address of the list, and propose another one."""
        self.add_error("slug", str(error))
        if proposed:
            set_value(self, "slug", proposed)
            self.add_error("slug", _("This one is free; it now stands in the box."))


_DEFAULTS = {
    "attribution": ForumPolicy.Attribution.NAMED,
    "registration": _R.APPROVAL,
    "minimum_participants": 0,
}


class SettingsForm(SeenForm, _DiscussionForm):
    """What is set of a discussion, and what of it its editor saw.

    Made by :func:`settings_form`.
    """

    def take_over(self, current: Mapping[str, Any]) -> None:
        """Let the form, when it is shown again, have what others set meanwhile.

        What its editor changed stays as it was typed. Args: current, the settings as they are now.
        """
        seen = self.seen
        for name in SETTINGS:
            if name not in self.fields or name not in self.cleaned_data:
                continue
            is_untouched = text_of(self.cleaned_data[name]) == seen.get(name)
            if is_untouched and text_of(current[name]) != seen.get(name):
                self._show(name, current[name])
        self.show_current()

    def _show(self, name: str, value: object) -> None:
        written = MomentText("")
        if isinstance(self.fields[name], MomentField):
            if value is not None:
                written = MomentText.of(value)  # type: ignore[arg-type]
            set_value(self, name, written.text)
            set_value(self, name + SHOWN, written.shown)
            set_value(self, name + OFFSET, written.offset)
        elif isinstance(value, bool):
            set_value(self, name, "on" if value else "")
        else:
            set_value(self, name, str(value))


def settings_form(
    data: QueryDict | None, policy: ForumPolicy, *, is_secretariat: bool, is_over: bool
) -> SettingsForm:
    """Return the form with those settings that its editor may change.

    The end of a discussion that is over is no setting: it is opened again, with a reason.
    """
    names = [name for name in SETTINGS if is_secretariat or name in OF_LEADERS]
    if is_over:
        names.remove("closes_at")
    texts = texts_of(policy)
    form = SettingsForm(
        data,
        initial={name: value_in(policy, name) for name in names},
        current={name: texts[name] for name in names},
    )
    for name in SETTINGS:
        if name not in names:
            del form.fields[name]
    return form


class ReopenForm(forms.Form):
    """Why a discussion is opened again, and until when."""

    reason = forms.CharField(
        label=pgettext_lazy("label", "Reason"),
        max_length=255,
        help_text=_("It is sent to those who take part, and stays in the log."),
    )
    closes_at = MomentField(label=_("New closing date"), required=False)
