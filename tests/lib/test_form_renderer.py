"""Boxes that are drawn without a template are what Django's templates draw."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe

from hub.lib.form_renderer import FormRenderer

WIDGETS = [
    forms.TextInput, forms.EmailInput, forms.HiddenInput, forms.NumberInput, forms.PasswordInput, forms.URLInput,
    forms.Textarea, forms.DateInput, forms.CheckboxInput, forms.FileInput,
]  # fmt: skip
VALUES = [None, "", "words", "a < b & \"c\" 'd'", "\nfirst line empty", 0, False, mark_safe("<b>&amp;</b>"), "كلمة"]
ATTRS = [
    {},
    {"id": "id_a", "rows": 3, "required": True, "disabled": False, "placeholder": " ", "data-x": 'a"<b'},
]


def same(markup):
    return markup.replace(" \n", "\n").strip()


@pytest.mark.parametrize("widget", WIDGETS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("attrs", ATTRS, ids=["bare", "attributes"])
def test_what_is_drawn_is_what_django_draws(widget, value, attrs):
    drawn, expected = (
        widget().render('a"<name>', value, dict(attrs), renderer) for renderer in (FormRenderer(), DjangoTemplates())
    )
    assert same(drawn) == same(expected)


def test_it_is_the_renderer_of_every_form():
    class Words(forms.Form):
        words = forms.CharField(widget=forms.Textarea)

    assert isinstance(Words().renderer, FormRenderer)
