"""The form field for an address of any script."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email


class AddressField(forms.CharField):
    """An e-mail address, ASCII or internationalised (RFC 6531), returned in lower case and NFC.

    The input is of type text: browsers refuse letters outside ASCII before the @ in one of type
    email.
    """

    default_error_messages = {
        "invalid": _("This is not an e-mail address. Write one such as name@example.org.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail address"))
        kwargs.setdefault("max_length", 254)
        attributes = {
            "inputmode": "email",
            "autocomplete": "email",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        kwargs.setdefault("widget", forms.TextInput(attrs={**attributes, "dir": "ltr"}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        """Return the address as it is stored and compared.

        Raises: ValidationError when no mail could go there.
        """
        text = str(super().to_python(value) or "").strip()
        if not text:
            return ""
        try:
            address = validate_email(
                text, check_deliverability=False, allow_smtputf8=True, test_environment=True
            )
        except EmailNotValidError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        return address.normalized.lower()
