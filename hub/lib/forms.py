"""Bind forms to requests, and show a form again that was refused."""

from django import forms
from django.http import HttpRequest, QueryDict


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: what was sent; None for a page that is only read."""
    if request.method != "POST":
        return None
    return request.POST


def status_of(form: forms.BaseForm) -> int:
    """Return the HTTP status of a page with a form: 422 where it was refused."""
    return 422 if form.errors else 200


def set_value(form: forms.Form, name: str, value: str) -> None:
    """Let a bound form carry another value in one field; all others stay as they were sent."""
    data = {field: form.data[field] for field in form.data}
    form.data = {**data, form.add_prefix(name): value}
