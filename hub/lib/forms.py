"""Show a form again that came back refused: with what
was typed, and with one field as the hub wants it now.
"""

from django import forms


def set_value(form: forms.Form, name: str, value: str) -> None:
    """Let a bound form carry another value in one field; all others stay as they were sent."""
    data = {field: form.data[field] for field in form.data}
    form.data = {**data, form.add_prefix(name): value}
