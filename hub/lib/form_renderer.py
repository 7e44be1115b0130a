"""Draw the boxes of forms without a template where they are one element.

Django's templates for them took a tenth of a page's time.
"""

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_WIDGETS = "django/forms/widgets/"
_INPUTS = frozenset(
    f"{_WIDGETS}{kind}.html"
    for kind in ("input", "text", "email", "hidden", "number", "password", "url")
)
_TEXTAREA = f"{_WIDGETS}textarea.html"


class FormRenderer(DjangoTemplates):
    """The renderer of Django's forms, of Wagtail's and of allauth's.

    It writes what Django's templates write.
    """

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        """Return the HTML of a widget, a field or a form."""
        if template_name in _INPUTS:
            return _input(context["widget"])
        if template_name == _TEXTAREA:
            return _textarea(context["widget"])
        # Django's own templates.
        return mark_safe(super().render(template_name, context, request))  # noqa: S308


def _input(widget: dict[str, Any]) -> SafeString:
    value = "" if widget["value"] is None else f' value="{conditional_escape(widget["value"])}"'
    kind, name = conditional_escape(widget["type"]), conditional_escape(widget["name"])
    head = f'<input type="{kind}" name="{name}"'
    return mark_safe(f"{head}{value}{_attributes(widget)}>")  # noqa: S308 - escaped piece by piece


def _textarea(widget: dict[str, Any]) -> SafeString:
    head = f'<textarea name="{conditional_escape(widget["name"])}"{_attributes(widget)}>'
    # A line end behind the tag is none of the words: without it the first of theirs would be lost.
    value = conditional_escape(widget["value"] or "")
    return mark_safe(f"{head}\n{value}</textarea>")  # noqa: S308 - as above


def _attributes(widget: dict[str, Any]) -> str:
    return "".join(
        _attribute(name, value) for name, value in widget["attrs"].items() if value is not False
    )


def _attribute(name: str, value: Any) -> str:
    if value is True:
        return f" {conditional_escape(name)}"
    return f' {conditional_escape(name)}="{conditional_escape(value)}"'
