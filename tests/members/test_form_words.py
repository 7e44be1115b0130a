"""What the forms of the account say: in sentence case, once, and in the reader's language."""

import re

import pytest
from allauth.account import app_settings as account
from allauth.account import views as account_views
from allauth.mfa import app_settings as mfa
from allauth.mfa.base import views as base_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as passkey_views
from allauth.utils import get_form_class
from django import forms
from django.conf import settings
from django.utils import translation

# Names under which allauth looks for a form, and its own form where the hub has none.
FORMS = {
    "login": (account, account_views.LoginForm),
    "reset_password": (account, account_views.ResetPasswordForm),
    "add_email": (account, account_views.AddEmailForm),
    "change_password": (account, account_views.ChangePasswordForm),
    "set_password": (account, account_views.SetPasswordForm),
    "reset_password_from_key": (account, account_views.ResetPasswordKeyForm),
    # Both applications have a form of this name.
    "reauthenticate": (account, account_views.ReauthenticateForm),
    "authenticate": (mfa, base_views.AuthenticateForm),
    "activate_totp": (mfa, totp_views.ActivateTOTPForm),
    "generate_recovery_codes": (mfa, code_views.GenerateRecoveryCodesForm),
    "add_webauthn": (mfa, passkey_views.AddWebAuthnForm),
    "edit_webauthn": (mfa, passkey_views.EditWebAuthnForm),
}
# Words that two languages share.
SHARED = {("fr", "Code")}
_CAPITAL_INSIDE = re.compile(r"\w [A-Z][a-z]")


def texts(name, monkeypatch):
    """Return what the visible fields of a form say, in the present language; a field without a label has none."""
    where, own = FORMS[name]
    form_class = get_form_class(where.FORMS, name, own)
    form = form_class.__new__(form_class)
    # Only what the hub adds to the fields is wanted, not the work that allauth does when it makes a form.
    for base in form_class.__mro__:
        if base.__module__.startswith("allauth") and "__init__" in base.__dict__:
            monkeypatch.setattr(base, "__init__", lambda self, *args, **kwargs: forms.Form.__init__(self))
    form.user = form.instance = None
    form.__init__()
    shown = {key: field for key, field in form.fields.items() if not field.widget.is_hidden}
    labels = {}
    for key, field in shown.items():
        for part, text in (
            ("label", field.label),
            ("help", field.help_text),
            ("placeholder", field.widget.attrs.get("placeholder")),
        ):
            if text or part == "label":
                labels[f"{key} {part}"] = str(text or "")
    return labels


@pytest.mark.parametrize("name", FORMS)
def test_forms_of_the_account_are_in_sentence_case_and_in_the_readers_language(name, monkeypatch):
    with translation.override("en"):
        english = texts(name, monkeypatch)
    for key, text in english.items():
        assert text and not _CAPITAL_INSIDE.search(text.replace(". ", " . ")), (key, text)
    for language in dict(settings.LANGUAGES).keys() - {"en"}:
        with translation.override(language):
            for key, text in texts(name, monkeypatch).items():
                assert text != english[key] or (language, text) in SHARED, (language, key, text)
