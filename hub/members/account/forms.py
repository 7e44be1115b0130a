"""Forms of the account, and allauth's in our words."""

import struct
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hub.lib import limits
from hub.members.account.services import MAX_REASON


class ApplicationPasswordForm(forms.Form):
    """What a new application password is for."""

    label = forms.CharField(
        label=pgettext_lazy("of an application password", "Name"),
        max_length=60,
        help_text=_("What you will use it for, such as: Thunderbird at work."),
    )


class ResetForm(forms.Form):
    """Why a second factor is reset."""

    reason = forms.CharField(
        label=pgettext_lazy("label", "Reason"),
        max_length=MAX_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Say what happened, and how you know that it was the member who asked. The "
            "member will receive this text."
        ),
    )


# A code is taken once as long as it is valid, one period early and late included.
USED_CODE = limits.Limit("second-factor.used", 1, 120)


class _OnceMixin:
    """Take each code once: allauth remembers a used one for one period, but takes it for three."""

    user: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]  # type: ignore[attr-defined]
        code.widget.attrs["inputmode"] = "numeric"
        code.help_text = _(
            "The six digits that your app shows now, or one of your recovery codes. Each recovery "
            "code works once."
        )

    def clean_code(self) -> str:
        """Return a code that is right and was not used."""
        code: str = super().clean_code()  # type: ignore[misc]
        if limits.take(USED_CODE, f"{self.user.pk} {normalize_user_code(code)}"):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondStepForm(_OnceMixin, AuthenticateForm):
    """The code that follows the password."""


class SecondStepAgainForm(_OnceMixin, ReauthenticateForm):
    """The code that stands for the password when a page asks again."""


# What the libraries that read a browser's answer raise where it is none, beside their own kind of
# error.
_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


class _ReadableMixin:
    """Refuse what no browser says in the place of a passkey's answer.

    Anybody may post it, also who is not signed in.
    """

    data: Any

    def full_clean(self) -> None:
        """Read the fields; what cannot be read is a wrong answer."""
        try:
            super().full_clean()  # type: ignore[misc]
        except _UNREADABLE:
            # The form that is shown again would read it once more.
            self.data = {**dict(self.data.items()), "credential": ""}
            error = get_adapter().validation_error("incorrect_code")
            self.add_error("credential", error)  # type: ignore[attr-defined]


class PasskeySignInForm(_ReadableMixin, allauth_forms.LoginWebAuthnForm):
    """A passkey in the place of the password."""


class PasskeyStepForm(_ReadableMixin, allauth_forms.AuthenticateWebAuthnForm):
    """The passkey that follows the password."""


class PasskeyAgainForm(_ReadableMixin, allauth_forms.ReauthenticateWebAuthnForm):
    """The passkey that stands for the password when a page asks again."""


class AddPasskeyForm(_ReadableMixin, allauth_forms.AddWebAuthnForm):
    """A passkey that also signs in by itself, unless its owner wants it as a second step only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["passwordless"].label = _("Sign in without the password")
        self.fields["passwordless"].help_text = _(
            "This passkey alone then signs you in. The device asks for your fingerprint, face or "
            "PIN."
        )
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(allauth_forms.EditWebAuthnForm):
    """Another name of a passkey."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
