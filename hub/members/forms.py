"""What people fill in: the application, its decision, and preferences.

allauth's forms are here as well, with addresses of any script.
"""

import zoneinfo
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.conf import settings
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from hub.members.fields import AddressField

# How the names of zones begin that have an area.
_AREAS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)
_NEW_PASSWORD = {"password1": _("New password"), "password2": _("New password, once more")}


def _countries() -> Iterator[tuple[str, Any]]:
    yield "", _("Choose your country")
    yield from countries


def _zones() -> list[tuple[str, Any]]:
    """Return the zones of the tz database by area; the old names without an area are left out."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.startswith(_AREAS))
    areas = groupby(names, key=lambda name: name.partition("/")[0])
    zones = [
        (area, [(name, name.partition("/")[2].replace("_", " ")) for name in zone_names])
        for area, zone_names in areas
    ]
    return [("UTC", "UTC"), *zones]


class ApplicationForm(forms.Form):
    """A person's wish to join (requirement N1)."""

    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=_("As colleagues should see it beside your words."),
    )
    email = AddressField(
        help_text=_(
            "You will receive a link there to confirm the address. Other members never "
            "see it on these pages."
        )
    )
    country = forms.ChoiceField(label=pgettext_lazy("label", "Country"), choices=_countries)
    organisation = forms.CharField(
        label=pgettext_lazy("label: where a person works", "Organisation"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    expertise = forms.CharField(
        label=pgettext_lazy("label", "Expertise"),
        max_length=300,
        required=False,
        help_text=_("A few words, such as: risk assessment of crops, sampling."),
    )
    statement = forms.CharField(
        label=_("Why do you want to join?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "Say what you work on, what you look for and what you can contribute. Only "
            "the Secretariat reads this."
        ),
    )
    language = forms.ChoiceField(
        label=_("Language of your pages and messages"), choices=settings.LANGUAGES
    )
    accepts = forms.BooleanField(
        label=_("I accept the rules of procedure."),
        error_messages={
            "required": _(
                "You can join only under the rules of procedure. Read them, then tick the box."
            )
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"language": get_language(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class AddressForm(forms.Form):
    """One address: where does my application stand, send the link again."""

    email = AddressField()


class ApplicationDecisionForm(forms.Form):
    """The Secretariat's decision on an application."""

    APPROVE, DECLINE = "approve", "decline"
    decision = forms.ChoiceField(
        label=pgettext_lazy("label: decision on an application", "Decision"),
        widget=forms.RadioSelect,
        choices=(
            (APPROVE, _("Admit this person")),
            (DECLINE, pgettext_lazy("decision on an application", "Decline")),
        ),
        error_messages={"required": _("Choose one of the two.")},
    )
    reason = forms.CharField(
        label=pgettext_lazy("label", "Reason"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "If you decline, the applicant will receive this text by e-mail. If you "
            "approve, it stays in the record."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the person gets it."""
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("decision") == self.DECLINE and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Write the applicant a reason."))
        return cleaned


class PreferencesForm(forms.Form):
    """How a member reads the hub."""

    language = forms.ChoiceField(
        label=_("Language of your pages and messages"),
        choices=settings.LANGUAGES,
        help_text=_(
            "The language menu at the top of each page also changes it. A list can have "
            "its own language."
        ),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        help_text=_("Times are shown in this zone, with UTC beside them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A zone under an old name (Asia/Calcutta of a browser, EST) stays what it is until another
        # one is chosen.
        chosen = self.initial.get("time_zone")
        known = {
            value for _area, zones in _zones() if isinstance(zones, list) for value, _label in zones
        }
        if chosen and chosen not in known | {"UTC"}:
            choices = [(chosen, chosen), *_zones()]
            self.fields["time_zone"].choices = choices  # type: ignore[attr-defined]


def _relabel(form: forms.BaseForm, **labels: Any) -> None:
    """Give fields labels of ours, by name.

    allauth's are taken out of the boxes, where they stood once more.
    """
    for name, label in labels.items():
        field = form.fields[name]
        field.label = label
        field.widget.attrs.pop("placeholder", None)


class SignInForm(allauth_forms.LoginForm):
    """Sign in with an address of any script."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField()
        _relabel(
            self,
            password=pgettext_lazy("label or heading", "Password"),
            remember=_("Keep me signed in on this device"),
        )


class NewPasswordForm(allauth_forms.ResetPasswordForm):
    """Ask for a new password with an address of any script."""

    email = AddressField()


class AddAddressForm(allauth_forms.AddEmailForm):
    """Add an address of any script."""

    email = AddressField()


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """Choose another password, with the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, oldpassword=_("Current password"), **_NEW_PASSWORD)


class SetPasswordForm(allauth_forms.SetPasswordForm):
    """Choose a password where there is none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, **_NEW_PASSWORD)


class PasswordByLinkForm(allauth_forms.ResetPasswordKeyForm):
    """Choose a password by the link in a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, **_NEW_PASSWORD)


class PasswordAgainForm(allauth_forms.ReauthenticateForm):
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _relabel(self, password=pgettext_lazy("label or heading", "Password"))
