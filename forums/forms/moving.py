"""Forms that move, split and merge topics; the services decide."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from hub.lib.numbers import MAX_KEY

# Contributions that are named one by one.
_MOST = 200
_NUMBER = re.compile(r"\d{1,15}")


class MoveForm(forms.Form):
    """Where a topic goes: one of the discussions that its mover leads."""

    discussion = forms.ChoiceField(label=_("Discussion to which the topic goes"))

    def __init__(self, *args: Any, choices: Iterable[tuple[int, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["discussion"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)


class SplitForm(forms.Form):
    """Which contributions become a topic of their own, and its subject."""

    numbers = forms.CharField(
        label=_("Numbers of the contributions"),
        help_text=_("For example: 164, 166"),
        max_length=2_000,
    )
    with_replies = forms.BooleanField(label=_("All replies to them go along"), required=False)
    subject = forms.CharField(label=_("Subject of the new topic"), max_length=255)

    def clean_numbers(self) -> list[int]:
        """Return the numbers in what was typed."""
        numbers = [int(word) for word in _NUMBER.findall(self.cleaned_data["numbers"])]
        if not numbers:
            raise forms.ValidationError(_("Give at least one number."))
        return numbers[:_MOST]


class MergeForm(forms.Form):
    """Into which topic another one goes."""

    into = forms.IntegerField(
        label=_("Number of a contribution in the topic into which this one goes"),
        min_value=1,
        max_value=MAX_KEY,
    )
