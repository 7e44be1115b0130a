"""Forms of the conferences: they parse and keep what was typed; services and rules decide."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from forums.forms import new_key, offer_without_chair
from hub.lib.fingerprints import SeenForm
from hub.lib.forms import set_value
from hub.lib.moments import MomentField
from hub.members.pickers import AddressesField

if TYPE_CHECKING:
    from hub.members.models import Member

ROLES = [
    # Translators: beside the name of a person whose gender is not known
    ("participant", pgettext_lazy("role of a person", "participant")),
    ("chair", pgettext_lazy("role of a person", "chair")),
    # Translators: beside the name of a person whose gender is not known
    ("moderator", pgettext_lazy("role of a person", "facilitator")),
    ("rapporteur", pgettext_lazy("role of a person", "rapporteur")),
    ("observer", pgettext_lazy("role of a person", "observer")),
]


class ConveneConferenceForm(forms.Form):
    """A conference with its period and people."""

    name = forms.CharField(label=pgettext_lazy("of a conference", "Name"), max_length=100)
    slug = forms.SlugField(
        label=_("Short name"),
        max_length=60,
        help_text=_(
            "Latin letters, digits and hyphens. This name is used in the addresses of "
            "the page and of the list, for example field-trials@…"
        ),
    )
    language = forms.ChoiceField(label=_("Working language"), choices=settings.LANGUAGES)
    background = forms.CharField(
        label=pgettext_lazy("of a conference", "Background"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "Why the conference is convened and what it should lead to. *emphasis*, "
            "**strong**, lists, links."
        ),
    )
    starts_at = MomentField(label=pgettext_lazy("label of a date", "Begins"))
    ends_at = MomentField(label=pgettext_lazy("label of a date", "Ends"))
    chair = AddressesField(
        label=pgettext_lazy("label: who chairs", "Chair"),
        rows=1,
        help_text=_("E-mail address of the member."),
    )
    rapporteur = AddressesField(
        label=pgettext_lazy("label: who is the rapporteur", "Rapporteur"), rows=1, required=False
    )
    participants = AddressesField(
        label=pgettext_lazy("heading or label", "Participants"),
        rows=5,
        required=False,
        help_text=_("E-mail addresses, one per line. You can add people later."),
    )

    def people(self) -> "dict[Member, str]":
        """Return member -> role; the leading role counts for who is named twice."""
        data = self.cleaned_data
        roles = dict.fromkeys(data["participants"], "participant")
        roles |= dict.fromkeys(data["rapporteur"], "rapporteur")
        return roles | dict.fromkeys(data["chair"], "chair")


class SessionForm(forms.Form):
    """A conference_session on the timetable."""

    title = forms.CharField(
        label=pgettext_lazy("label: of a session or agenda item", "Title"), max_length=200
    )
    opens_at = MomentField(label=pgettext_lazy("label of a date", "Opens"))
    closes_at = MomentField(label=pgettext_lazy("label of a date", "Closes"))
    items = forms.CharField(
        label=pgettext_lazy("heading or label", "Agenda"),
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
        help_text=_(
            "One item per line. Each item gets its own topic, where people can write "
            "before the session."
        ),
    )

    def clean_items(self) -> list[str]:
        """Return the titles, one for each line that says something."""
        return [
            line.strip()[:200] for line in self.cleaned_data["items"].splitlines() if line.strip()
        ]


class HoursForm(SeenForm):
    """Other hours for a conference_session."""

    opens_at = MomentField(label=pgettext_lazy("label of a date", "Opens"), required=False)
    closes_at = MomentField(label=pgettext_lazy("label of a date", "Closes"))


class ItemForm(forms.Form):
    """One more agenda item."""

    title = forms.CharField(
        label=pgettext_lazy("label: of a session or agenda item", "Title"), max_length=200
    )
    note = forms.CharField(
        label=pgettext_lazy("label: note to an agenda item", "Note"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class PeopleForm(forms.Form):
    """People and their role."""

    addresses = AddressesField(
        label=pgettext_lazy("label: e-mail addresses", "Addresses"),
        rows=5,
        help_text=_("One per line."),
    )
    role = forms.ChoiceField(label=pgettext_lazy("label: role of a person", "Role"), choices=ROLES)

    def __init__(self, data: QueryDict | None = None, *, names_chair: bool) -> None:
        super().__init__(data)
        if data is None and not names_chair:
            offer_without_chair(self, ROLES)


class StatementForm(forms.Form):
    """What a member is about to say; it is never lost."""

    text = forms.CharField(
        label=_("My text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )
    once_key = forms.CharField(widget=forms.HiddenInput(), max_length=32, required=False)

    def __init__(self, *args: Any, draft: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["text"].widget.attrs["data-draft"] = draft
        self.fields["once_key"].initial = new_key()

    def renew_key(self) -> None:
        """Let the form, when it is shown again, be a further statement."""
        set_value(self, "once_key", new_key())
