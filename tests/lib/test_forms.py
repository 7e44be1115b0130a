"""A form that came back refused is shown again with one field as the hub wants it."""

from django import forms
from django.http import QueryDict

from hub.lib.forms import set_value


class Sample(forms.Form):
    text = forms.CharField()
    key = forms.CharField()


def test_one_field_is_replaced_and_what_was_typed_stays():
    form = Sample(QueryDict("text=mine&key=old"))
    set_value(form, "key", "new")
    assert (form["text"].value(), form["key"].value()) == ("mine", "new")


def test_a_prefix_is_heeded():
    form = Sample(QueryDict("a-text=mine&a-key=old"), prefix="a")
    set_value(form, "key", "new")
    assert form["key"].value() == "new"
